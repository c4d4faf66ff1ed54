using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Products;
using GenDisc.Core.Kernels.Random;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// One step of learning of a restricted machine with units in {0, 1} (Hinton 2002): statistics of the data less those of
/// its own states, with v⁻ drawn and both h as probabilities. Nothing is recorded for differentiation, and the weight's
/// gradient is one product of the rows of both phases, [h⁺; −h⁻]ᵀ [v⁺; v⁻].
/// </summary>
internal unsafe ref struct Phases
{
    private readonly BinaryMachine machine;
    private readonly long batch;
    private readonly long samples;
    private readonly long inputs;
    private readonly long outputs;
    private readonly nint weight;
    private readonly nint transposed;
    private readonly nint visible;
    private readonly nint hidden;
    private readonly nint data;
    private readonly nint states;
    private readonly nint ofData;
    private readonly nint ofStates;

    private Phases(in BinaryMachine machine, long batch, long samples)
    {
        (this.machine, this.batch, this.samples) = (machine, batch, samples);
        (outputs, inputs) = (machine.Weight.size(0), machine.Weight.size(1));
        weight = LibTorch.Detach(machine.Weight.Handle);
        transposed = LibTorch.Transposed(weight);
        (visible, hidden) = (Memory.NewHandle(batch + samples, inputs), Memory.NewHandle(batch + samples, outputs));
        (data, states) = (LibTorch.Narrow(visible, 0, 0, batch), LibTorch.Narrow(visible, 0, batch, samples));
        (ofData, ofStates) = (LibTorch.Narrow(hidden, 0, 0, batch), LibTorch.Narrow(hidden, 0, batch, samples));
    }

    /// <summary>What a state counts when there are more or fewer of them than data.</summary>
    private readonly double Share => (double)batch / samples;

    /// <summary>
    /// Moves the chains, and hands scale · the gradient of Σ over the batch of (energy of the data − mean energy of the
    /// states) to the parameters.
    /// </summary>
    /// <param name="machine">What learns.</param>
    /// <param name="visible">`[batch, visible]`, fitting.</param>
    /// <param name="chains">`[chains, visible]`, fitting, moved in place; null: they start at the data.</param>
    /// <param name="sweeps">At least 1.</param>
    /// <param name="stream">Draws, as many and in the order that tensor operations take.</param>
    /// <param name="request">Where the gradient goes, and its scale.</param>
    /// <param name="offsets">What units count from.</param>
    /// <returns>Free energies, nats: the data's added up, the states' as their mean.</returns>
    public static (double Data, double States) Step(
        in BinaryMachine machine,
        Tensor visible,
        Tensor? chains,
        int sweeps,
        CounterStream stream,
        (Roots Roots, double Scale) request,
        UnitOffsets offsets)
    {
        var phases = new Phases(machine, visible.size(0), chains?.size(0) ?? visible.size(0));
        var (sumVisible, sumHidden) = (Memory.NewHandle(phases.inputs), Memory.NewHandle(phases.outputs));
        var (lessVisible, lessHidden) = (Memory.NewHandle(phases.inputs), Memory.NewHandle(phases.outputs));
        Columns.CopyAndSum(visible.Handle, (int)phases.batch, (int)phases.inputs, phases.data, sumVisible);
        var softplus = chains is null
            ? phases.FromData(sweeps, lessVisible, stream)
            : phases.FromChains(chains, sweeps, lessVisible, stream);
        Gibbs.Multiply(phases.ofStates, phases.states, phases.transposed);
        var softplusOfStates = Units.Mean(phases.ofStates, machine.HiddenBias.Handle, -phases.Share);
        Columns.Sum(phases.ofData, (int)phases.batch, (int)phases.outputs, sumHidden);
        Columns.Sum(phases.ofStates, (int)phases.samples, (int)phases.outputs, lessHidden);
        var energies = (
            -Dot(machine.VisibleBias.Handle, sumVisible, phases.inputs) - softplus,
            (-Dot(machine.VisibleBias.Handle, lessVisible, phases.inputs) - softplusOfStates) / phases.samples);

        Scale(lessVisible, phases.inputs, -phases.Share);
        var gradient = phases.WeightGradient(-request.Scale);
        Centring.Apply(offsets, gradient, (sumVisible, lessVisible), (sumHidden, lessHidden), phases.batch, -request.Scale);
        request.Roots.AddLeaf(machine.Weight, gradient);
        request.Roots.AddLeaf(machine.VisibleBias, sumVisible);
        request.Roots.AddLeaf(machine.HiddenBias, sumHidden);
        LibTorch.Dispose(lessVisible);
        LibTorch.Dispose(lessHidden);
        phases.Release();
        return energies;
    }

    /// <summary>Chains that start at the data: their first draw of hidden units is made along with the probabilities.</summary>
    private readonly double FromData(int sweeps, nint sums, CounterStream stream)
    {
        var drawn = Memory.NewHandle(batch, outputs);
        Gibbs.Multiply(ofData, data, transposed);
        var softplus = Units.Both(ofData, machine.HiddenBias.Handle, drawn, stream);
        Gibbs.Multiply(states, drawn, weight);
        Units.Draw(states, machine.VisibleBias.Handle, 1, stream);
        LibTorch.Dispose(drawn);
        if (sweeps > 1) Gibbs.Advance(machine, weight, transposed, states, sweeps - 1, stream, 1);
        Columns.Sum(states, (int)samples, (int)inputs, sums);
        return softplus;
    }

    private readonly double FromChains(Tensor chains, int sweeps, nint sums, CounterStream stream)
    {
        Gibbs.Multiply(ofData, data, transposed);
        var softplus = Units.Mean(ofData, machine.HiddenBias.Handle, 1);
        Gibbs.Advance(machine, weight, transposed, chains.Handle, sweeps, stream, 1);
        Columns.CopyAndSum(chains.Handle, (int)samples, (int)inputs, states, sums);
        return softplus;
    }

    private readonly nint WeightGradient(double factor)
    {
        var gradient = Memory.NewHandle(outputs, inputs);
        var turned = LibTorch.Transposed(hidden);
        Gibbs.Multiply(gradient, turned, visible, factor);
        LibTorch.Dispose(turned);
        return gradient;
    }

    private readonly void Release()
    {
        foreach (var handle in (ReadOnlySpan<nint>)[ofStates, ofData, states, data, hidden, visible, transposed, weight])
            LibTorch.Dispose(handle);
    }

    private static double Dot(nint left, nint right, long count)
    {
        var a = (float*)LibTorch.Data(left);
        var b = (float*)LibTorch.Data(right);
        var sum = 0.0;
        for (var i = 0L; i < count; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    private static void Scale(nint vector, long count, double factor)
    {
        var values = (float*)LibTorch.Data(vector);
        for (var i = 0L; i < count; i++) values[i] = (float)(values[i] * factor);
    }
}
