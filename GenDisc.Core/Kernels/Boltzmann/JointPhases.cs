using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Products;
using GenDisc.Core.Kernels.Random;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// One step of learning of a restricted machine with classes: statistics of labelled data less those of its own states
/// (Larochelle et al. 2012, section 4.1), with v⁻ and y⁻ drawn and both h as probabilities. The data's part of W and c
/// goes back through the logits of their hidden units, so that a classifier's loss on the same logits shares its
/// products; all else is handed to the parameters at once.
/// </summary>
internal static unsafe class JointPhases
{
    /// <summary>
    /// Moves the chains, and asks for scale · the gradient of Σ over the batch of (energy of the data − mean energy of the
    /// states).
    /// </summary>
    /// <param name="machine">What learns.</param>
    /// <param name="visible">`[batch, visible]`, fitting.</param>
    /// <param name="labels">int64 `[batch]`, fitting.</param>
    /// <param name="logits">c + W v, `[batch, hidden]`, in the graph.</param>
    /// <param name="states">`[chains, visible + classes]`, fitting, moved in place; null: they start at the data.</param>
    /// <param name="sweeps">At least 1.</param>
    /// <param name="stream">Draws, as many and in the order that tensor operations take.</param>
    /// <param name="request">Where the gradient goes, and its scale.</param>
    /// <returns>Free energies F(v, y), nats: the data's added up, the states' as their mean.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A label outside [0, classes).</exception>
    public static (double Data, double States) Step(
        in JointMachine machine,
        Tensor visible,
        Tensor labels,
        Tensor logits,
        Tensor? states,
        int sweeps,
        CounterStream stream,
        (Roots Roots, double Scale) request)
    {
        var (batch, outputs) = (logits.size(0), logits.size(1));
        var samples = states?.size(0) ?? batch;
        var factor = request.Scale * batch / samples;
        var classes = OneHot.Of(labels.Handle, machine.ClassBias.size(0));
        var chains = new JointChains(machine, samples);
        var asked = LibTorch.RequiresGradient(logits.Handle);
        var ofData = asked ? request.Roots.AddRoom(logits).Handle : Memory.NewHandle(batch, outputs);
        var ofStates = Memory.NewHandle(samples, outputs);

        Copy(logits.Handle, ofData, batch * outputs);
        chains.AddClasses(ofData, classes);
        if (states is null) StartAtData(chains, ofData, sweeps, stream);
        else chains.Move(states, sweeps, stream, 1);
        var softplus = Units.Mean(ofData, 0, -request.Scale);
        chains.Join(ofStates);
        var softplusOfStates = Units.Mean(ofStates, machine.HiddenBias.Handle, factor);

        var weight = Memory.NewHandle(outputs, visible.size(1));
        var classWeight = Memory.NewHandle(outputs, machine.ClassBias.size(0));
        var hiddenBias = Memory.NewHandle(outputs);
        AddStatistics(weight, ofStates, chains.Visible, 0);
        AddStatistics(classWeight, ofStates, chains.Classes, 0);
        AddStatistics(classWeight, ofData, classes, 1);
        Columns.Sum(ofStates, (int)samples, (int)outputs, hiddenBias);
        var (visibleBias, visibleOfData, visibleOfStates) =
            Linear(machine.VisibleBias.Handle, visible.Handle, chains.Visible, request.Scale, factor);
        var (classBias, classOfData, classOfStates) =
            Linear(machine.ClassBias.Handle, classes, chains.Classes, request.Scale, factor);

        request.Roots.AddLeaf(machine.Weight, weight);
        request.Roots.AddLeaf(machine.VisibleBias, visibleBias);
        request.Roots.AddLeaf(machine.HiddenBias, hiddenBias);
        request.Roots.AddLeaf(machine.ClassWeight, classWeight);
        request.Roots.AddLeaf(machine.ClassBias, classBias);
        LibTorch.Dispose(ofStates);
        LibTorch.Dispose(classes);
        if (!asked) LibTorch.Dispose(ofData);
        chains.Release();
        return (
            -visibleOfData - classOfData - softplus,
            (-visibleOfStates - classOfStates - softplusOfStates) / samples);
    }

    /// <summary>Contrastive chains; their first draw of hidden units needs no product.</summary>
    private static void StartAtData(in JointChains chains, nint logits, int sweeps, CounterStream stream)
    {
        var (rows, outputs) = (LibTorch.Size(logits, 0), LibTorch.Size(logits, 1));
        var hidden = Memory.NewHandle(rows, outputs);
        Copy(logits, hidden, rows * outputs);
        Units.Draw(hidden, 0, 1, stream);
        chains.FromHidden(hidden, stream, 1);
        LibTorch.Dispose(hidden);
        chains.Sweep(sweeps - 1, stream, 1);
    }

    /// <summary>sum ← β sum + hiddenᵀ units</summary>
    private static void AddStatistics(nint sum, nint hidden, nint units, float beta)
    {
        var turned = LibTorch.Transposed(hidden);
        LibTorch.AddProduct(sum, turned, units, beta, 1);
        LibTorch.ThrowIfFailed();
        LibTorch.Dispose(turned);
    }

    /// <summary>
    /// Gradient −scale Σ data + factor Σ states of units that only a bias acts on, and bias · Σ of the data and of the
    /// states.
    /// </summary>
    private static (nint Gradient, double Data, double States) Linear(nint bias, nint data, nint states, double scale, double factor)
    {
        var units = LibTorch.Size(bias, 0);
        var (gradient, less) = (Memory.NewHandle(units), Memory.NewHandle(units));
        Columns.Sum(data, (int)LibTorch.Size(data, 0), (int)units, gradient);
        Columns.Sum(states, (int)LibTorch.Size(states, 0), (int)units, less);
        float* sum = (float*)LibTorch.Data(gradient), other = (float*)LibTorch.Data(less), value = (float*)LibTorch.Data(bias);
        var (ofData, ofStates) = (0.0, 0.0);
        for (var i = 0L; i < units; i++)
        {
            ofData += (double)value[i] * sum[i];
            ofStates += (double)value[i] * other[i];
            sum[i] = (float)((factor * other[i]) - (scale * sum[i]));
        }

        LibTorch.Dispose(less);
        return (gradient, ofData, ofStates);
    }

    private static void Copy(nint from, nint to, long count) =>
        Buffer.MemoryCopy((void*)LibTorch.Data(from), (void*)LibTorch.Data(to), count * sizeof(float), count * sizeof(float));
}
