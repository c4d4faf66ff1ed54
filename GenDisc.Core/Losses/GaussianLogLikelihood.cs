using static TorchSharp.torch;

namespace GenDisc.Core.Losses;

/// <summary>
/// log p(x|z) = −½ Σ_d [log 2π + log σ² + (x_d − m_d)²/σ²] with one variance for all dimensions: nats per example,
/// summed over dimensions (the σ-VAE of Rybkin et al. 2021).
/// </summary>
public static class GaussianLogLikelihood
{
    /// <param name="mean">`[batch, …]`</param>
    /// <param name="logVariance">scalar, log σ²</param>
    /// <param name="x">`[batch, …]`</param>
    /// <returns>`[batch]`</returns>
    public static Tensor PerExample(Tensor mean, Tensor logVariance, Tensor x)
    {
        var dimensions = x.numel() / x.shape[0];
        var squares = (x - mean).square().flatten(1).sum(1);
        return ((squares * (-logVariance).exp()) + (dimensions * (logVariance + Math.Log(2 * Math.PI)))) * -0.5;
    }
}
