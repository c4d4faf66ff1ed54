using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// Sweeps of Gibbs sampling of a restricted machine with classes: the two products of one without, two more with the few
/// class units, and three passes, without managed memory. Draws are those that tensor operations make with the same
/// stream: of hidden units, of visible ones, then of classes.
/// </summary>
/// <remarks>Visible and class units lie apart, so that products and passes have rows without gaps.</remarks>
internal readonly unsafe ref struct JointChains
{
    private readonly JointMachine machine;
    private readonly long chains;
    private readonly nint weight;
    private readonly nint transposed;
    private readonly nint classWeight;
    private readonly nint classTransposed;

    /// <param name="machine">Whose states they are.</param>
    /// <param name="chains">How many, at least 1; their units are still to be set.</param>
    public JointChains(in JointMachine machine, long chains)
    {
        (this.machine, this.chains) = (machine, chains);
        weight = LibTorch.Detach(machine.Weight.Handle);
        transposed = LibTorch.Transposed(weight);
        classWeight = LibTorch.Detach(machine.ClassWeight.Handle);
        classTransposed = LibTorch.Transposed(classWeight);
        Visible = Memory.NewHandle(chains, LibTorch.Size(weight, 1));
        Classes = Memory.NewHandle(chains, LibTorch.Size(classWeight, 1));
    }

    /// <summary>`[chains, visible]`</summary>
    public nint Visible { get; }

    /// <summary>One-hot, `[chains, classes]`.</summary>
    public nint Classes { get; }

    /// <summary>Moves states in place, at inverse temperature <paramref name="beta"/>.</summary>
    /// <param name="machine">Whose states they are.</param>
    /// <param name="states">`[chains, visible + classes]`, fitting.</param>
    /// <param name="sweeps">At least 0.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="beta">At least 0.</param>
    public static void Advance(in JointMachine machine, Tensor states, int sweeps, CounterStream stream, double beta)
    {
        var chains = new JointChains(machine, states.size(0));
        chains.Move(states, sweeps, stream, beta);
        chains.Release();
    }

    /// <summary>Reads the states, moves them and writes them back.</summary>
    /// <inheritdoc cref="Advance" path="/param"/>
    public void Move(Tensor states, int sweeps, CounterStream stream, double beta)
    {
        var (inputs, labels) = (LibTorch.Size(Visible, 1), LibTorch.Size(Classes, 1));
        var both = (float*)LibTorch.Data(states.Handle);
        float* first = (float*)LibTorch.Data(Visible), second = (float*)LibTorch.Data(Classes);
        CopyRows(both, inputs + labels, first, inputs, inputs);
        CopyRows(both + inputs, inputs + labels, second, labels, labels);
        Sweep(sweeps, stream, beta);
        CopyRows(first, inputs, both, inputs + labels, inputs);
        CopyRows(second, labels, both + inputs, inputs + labels, labels);
    }

    /// <summary>Sweeps that all start with the hidden units.</summary>
    public void Sweep(int sweeps, CounterStream stream, double beta)
    {
        var hidden = Memory.NewHandle(chains, LibTorch.Size(weight, 0));
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            Join(hidden);
            Units.Draw(hidden, machine.HiddenBias.Handle, beta, stream);
            FromHidden(hidden, stream, beta);
        }

        LibTorch.Dispose(hidden);
    }

    /// <summary>The second half of a sweep: visible units, then classes, given the hidden ones.</summary>
    /// <param name="hidden">`[chains, hidden]`</param>
    public void FromHidden(nint hidden, CounterStream stream, double beta)
    {
        Gibbs.Multiply(Visible, hidden, weight);
        Units.Draw(Visible, machine.VisibleBias.Handle, beta, stream);
        Gibbs.Multiply(Classes, hidden, classWeight);
        OneHot.Draw(Classes, machine.ClassBias.Handle, beta, stream);
    }

    /// <summary>hidden ← W v + U y in each row, the bias left out.</summary>
    /// <param name="hidden">`[chains, hidden]`</param>
    public void Join(nint hidden)
    {
        Gibbs.Multiply(hidden, Visible, transposed);
        AddClasses(hidden, Classes);
    }

    /// <summary>hidden ← hidden + U y</summary>
    /// <param name="hidden">`[rows, hidden]`</param>
    /// <param name="classes">y, `[rows, classes]`.</param>
    public void AddClasses(nint hidden, nint classes)
    {
        LibTorch.AddProduct(hidden, classes, classTransposed, 1, 1);
        LibTorch.ThrowIfFailed();
    }

    public void Release()
    {
        foreach (var handle in (ReadOnlySpan<nint>)[Classes, Visible, classTransposed, classWeight, transposed, weight])
            LibTorch.Dispose(handle);
    }

    private void CopyRows(float* from, long fromStride, float* to, long toStride, long count)
    {
        var bytes = count * sizeof(float);
        for (var row = 0L; row < chains; row++)
            Buffer.MemoryCopy(from + (row * fromStride), to + (row * toStride), bytes, bytes);
    }
}
