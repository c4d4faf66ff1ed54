using GenDisc.Core.Kernels;
using GenDisc.Core.Kernels.Optimisers;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>
/// Exponential moving average of what a module has learnt (Polyak and Juditsky 1992; with constant decay as of Ho, Jain and
/// Abbeel 2020): after update t = 1, 2, …
/// <code>
/// w̄ ← d_t w̄ + (1 − d_t) w          d_t = min(d, (1 + t) / (10 + t))
/// </code>
/// from w̄ = w at first. The smaller d_t of the first updates lets the average forget where it started.
/// </summary>
/// <remarks>
/// Averaged are parameters that learn and buffers of real numbers, such as the running statistics of batch normalisation.
/// Counts stay those of the module, and so do the chains that a Boltzmann machine keeps: they are states, not weights.
/// </remarks>
public sealed class WeightAverage : IDisposable
{
    private readonly double decay;
    private readonly Tensor[] weights;
    private readonly Tensor[] means;
    private readonly AverageKernel? kernel;
    private long updates;

    /// <param name="module">Owned by the caller, who keeps it until this is disposed of.</param>
    /// <param name="decay">d, in (0, 1).</param>
    /// <param name="kernels">A hand-written kernel where it fits, else tensor operations.</param>
    public WeightAverage(nn.Module module, double decay, bool kernels = true)
    {
        if (!(decay > 0 && decay < 1)) throw new ArgumentOutOfRangeException(nameof(decay), decay, "is not between 0 and 1");
        this.decay = decay;
        HashSet<nint> states = [.. module.modules().OfType<EnergyMachine>().Where(m => m.Chains is not null).Select(m => m.Chains!.Handle)];
        weights =
        [
            .. module.named_parameters().Where(p => p.parameter.requires_grad).Select(p => p.parameter),
            .. module.named_buffers().Select(b => b.buffer).Where(b => b.is_floating_point() && !states.Contains(b.Handle)),
        ];
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        means = [.. weights.Select(w => w.detach().clone().DetachFromDisposeScope())];
        if (kernels && weights.All(Simd.Fits) && means.All(Simd.Fits)) kernel = new AverageKernel(weights, means);
    }

    /// <summary>d_t of update t, from 1.</summary>
    public double DecayAt(long update) => Math.Min(decay, (1.0 + update) / (10.0 + update));

    /// <summary>Takes in what the module holds, after a step.</summary>
    public void Update()
    {
        var share = 1 - DecayAt(++updates);
        if (kernel is not null)
        {
            kernel.Run((float)share);
            return;
        }

        using var scope = NewDisposeScope();
        using var outside = no_grad();
        Tensor weight = share;
        for (var i = 0; i < weights.Length; i++) means[i].lerp_(weights[i], weight);
    }

    /// <summary>Begins anew from what the module holds.</summary>
    public void Restart()
    {
        updates = 0;
        using var outside = no_grad();
        for (var i = 0; i < weights.Length; i++) means[i].copy_(weights[i]);
    }

    /// <summary>
    /// The module holds the average, and this what the module held; a second call changes them back. No update comes between.
    /// </summary>
    public void Exchange()
    {
        using var outside = no_grad();
        for (var i = 0; i < weights.Length; i++)
        {
            using var scope = NewDisposeScope();
            var held = weights[i].detach().clone();
            weights[i].copy_(means[i]);
            means[i].copy_(held);
        }
    }

    public void Dispose()
    {
        foreach (var mean in means) mean.Dispose();
    }
}
