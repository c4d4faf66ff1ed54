using static TorchSharp.torch;

namespace GenDisc.Core.Losses;

/// <summary>
/// log p(x|z) = Σ_d x_d log σ(l_d) + (1 − x_d) log(1 − σ(l_d)) for logits l: nats per example, summed over dimensions
/// (Kingma and Welling 2014, app. C.1). x lies in [0, 1]; grey pixels count as probabilities.
/// </summary>
public static class BernoulliLogLikelihood
{
    /// <param name="logits">`[batch, …]`</param>
    /// <param name="x">`[batch, …]`, in [0, 1]</param>
    /// <returns>`[batch]`, at most 0</returns>
    public static Tensor PerExample(Tensor logits, Tensor x) =>
        nn.functional.binary_cross_entropy_with_logits(logits, x, reduction: nn.Reduction.None)
            .flatten(1).sum(1).neg();
}
