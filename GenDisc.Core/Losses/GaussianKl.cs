using static TorchSharp.torch;

namespace GenDisc.Core.Losses;

/// <summary>
/// KL(N(μ, σ²) ‖ N(0, I)) = ½ Σ_j (μ_j² + σ_j² − log σ_j² − 1): nats per example, summed over latent dimensions
/// (Kingma and Welling 2014, app. B).
/// </summary>
public static class GaussianKl
{
    /// <param name="mean">`[batch, latent]`</param>
    /// <param name="logVariance">`[batch, latent]`, log σ²</param>
    /// <returns>`[batch]`, at least 0</returns>
    public static Tensor PerExample(Tensor mean, Tensor logVariance) =>
        (mean.square() + logVariance.exp() - logVariance - 1).sum(1) * 0.5;
}
