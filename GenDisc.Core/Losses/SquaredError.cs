using static TorchSharp.torch;

namespace GenDisc.Core.Losses;

/// <summary>(1/T) Σ_t (y_t − ŷ_t)²: squared target units, averaged over target dimensions.</summary>
public static class SquaredError
{
    /// <param name="prediction">`[batch, targets]`</param>
    /// <param name="target">`[batch, targets]`</param>
    /// <returns>`[batch]`, at least 0</returns>
    public static Tensor PerExample(Tensor prediction, Tensor target) => (prediction - target).square().mean([1]);
}
