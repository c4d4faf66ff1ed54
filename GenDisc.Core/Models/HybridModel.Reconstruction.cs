using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What the model makes of latents and of examples: the way back to the data.</summary>
public sealed partial class HybridModel
{
    /// <summary>E[x|z] of latents `[n, latent]`, in the shape of the data.</summary>
    /// <exception cref="InvalidOperationException">The model has no bottleneck.</exception>
    public Tensor Decode(Tensor latents)
    {
        var bottleneck = Bottleneck ?? throw new InvalidOperationException("the model has no decoder");
        return bottleneck.Likelihood.Mean(bottleneck.Decode(latents));
    }

    /// <summary>
    /// What the model makes of examples, without a draw: E[x|z] at the mean of q(z|x); of a restricted machine that reads
    /// the data E[v|h] at E[h|v], one mean-field sweep there and back. A diffusion model is given the example with noise on it,
    /// <see cref="NoiseShare"/> of its variance, the same noise on every example, and brings it back in a few steps without a
    /// draw (Meng et al. 2022). Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="x">`[batch, …]` in the shape of the data, which the result has too.</param>
    /// <exception cref="InvalidOperationException">The model has none of them.</exception>
    public Tensor Reconstruct(Tensor x)
    {
        if (Diffusion is { } diffusion) return ByDiffusion(diffusion, x);
        var representation = x;
        foreach (var stage in stages)
        {
            if (stage is BottleneckStage { Bottleneck: var bottleneck })
                return Decode(bottleneck.Mean(bottleneck.Posterior(representation)));
            if (stage is MachineStage { Machine: Rbm { Classes: 0 } machine } && machine.Visible * x.size(0) == x.numel())
                return machine.VisibleMean(representation.reshape(x.size(0), -1)).view(x.shape);
            representation = Through(stage, representation);
        }

        throw new InvalidOperationException("the model reconstructs nothing");
    }
}
