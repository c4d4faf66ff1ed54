using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// Sweeps of Gibbs sampling of a restricted machine with units in {0, 1}: two products and two passes each, and no
/// managed memory. Draws are those that tensor operations make with the same stream.
/// </summary>
internal static class Gibbs
{
    /// <summary>Moves chains in place, at inverse temperature <paramref name="beta"/>.</summary>
    /// <param name="machine">Whose states they are.</param>
    /// <param name="states">`[chains, visible]`, fitting.</param>
    /// <param name="sweeps">At least 0.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="beta">At least 0.</param>
    public static void Advance(in BinaryMachine machine, Tensor states, int sweeps, CounterStream stream, double beta)
    {
        var weight = LibTorch.Detach(machine.Weight.Handle);
        var transposed = LibTorch.Transposed(weight);
        Advance(machine, weight, transposed, states.Handle, sweeps, stream, beta);
        LibTorch.Dispose(transposed);
        LibTorch.Dispose(weight);
    }

    /// <summary>The same by handles; the weight outside the graph, and its transpose.</summary>
    public static void Advance(
        in BinaryMachine machine, nint weight, nint transposed, nint states, int sweeps, CounterStream stream, double beta)
    {
        var hidden = Memory.NewHandle(LibTorch.Size(states, 0), LibTorch.Size(weight, 0));
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            Multiply(hidden, states, transposed);
            Units.Draw(hidden, machine.HiddenBias.Handle, beta, stream);
            Multiply(states, hidden, weight);
            Units.Draw(states, machine.VisibleBias.Handle, beta, stream);
        }

        LibTorch.Dispose(hidden);
    }

    /// <summary>product ← left right</summary>
    public static void Multiply(nint product, nint left, nint right, double factor = 1)
    {
        LibTorch.AddProduct(product, left, right, 0, (float)factor);
        LibTorch.ThrowIfFailed();
    }
}
