using static TorchSharp.torch;

namespace GenDisc.Core.Losses;

/// <summary>−log softmax(l)_y: nats per example.</summary>
public static class CrossEntropy
{
    /// <param name="logits">`[batch, classes]`</param>
    /// <param name="labels">`[batch]`, int64 in [0, classes)</param>
    /// <returns>`[batch]`, at least 0</returns>
    public static Tensor PerExample(Tensor logits, Tensor labels) =>
        nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None);
}
