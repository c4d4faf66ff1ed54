using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>Importance weights of draws from a VAE's approximate posterior.</summary>
internal static class LatentWeights
{
    /// <summary>
    /// log w_i = log p(x|z_i) + log p(z_i) − log q(z_i|x) for z_i = μ + σ ε_i, ε_i ~ N(0, I) (Burda et al. 2016, eq. 7), in the
    /// graph. Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="bottleneck">A variational one.</param>
    /// <param name="posterior">Parameters of q(z|x), `[batch, 2·latent]`.</param>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="samples">Of each example: the decoder sees batch · samples latent vectors at once.</param>
    /// <param name="noise">Draws them.</param>
    /// <returns>`[batch, samples]`, nats.</returns>
    public static Tensor Of(Bottleneck bottleneck, Tensor posterior, Tensor x, int samples, Generator noise)
    {
        var latent = bottleneck.Options.Latent;
        var mean = posterior.narrow(1, 0, latent).unsqueeze(1);
        var logVariance = posterior.narrow(1, latent, latent).unsqueeze(1);
        var epsilon = randn([x.size(0), samples, latent], dtype: mean.dtype, device: mean.device, generator: noise);
        var z = mean + ((logVariance * 0.5).exp() * epsilon);
        // The normal densities' constants cancel.
        var prior = (epsilon.square() - z.square() + logVariance).sum(2) * 0.5;
        var decoded = bottleneck.Decode(z.flatten(0, 1));
        var repeated = x.repeat_interleave(samples, dim: 0);
        return bottleneck.Likelihood.LogProbability(decoded, repeated).reshape(-1, samples) + prior;
    }
}
