using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models.Boltzmann;

/// <summary>Draws of units that are not in {0, 1} by themselves, and the numbers behind them.</summary>
internal static class UnitDraws
{
    /// <summary>One-hot draws by Gumbel's maximum: `[batch, classes]`.</summary>
    public static Tensor Categorical(Tensor logits, CounterStream stream)
    {
        var gumbel = Uniforms(logits, stream).clamp_min_(1e-12).log_().neg_().log_().neg_();
        return functional.one_hot(logits.Plus(gumbel).argmax(1), logits.size(1)).to(logits.dtype);
    }

    /// <summary>Standard normal numbers by Box and Muller's transform.</summary>
    public static Tensor Normals(Tensor like, CounterStream stream)
    {
        var radius = (Uniforms(like, stream).neg_().log1p_() * -2).sqrt_();
        return radius * (Uniforms(like, stream) * (2 * Math.PI)).cos_();
    }

    /// <summary>Uniform numbers in [0, 1), of the shape, type and device of another tensor.</summary>
    public static Tensor Uniforms(Tensor like, CounterStream stream) => Uniforms(like.shape, stream).to(like.dtype, like.device);

    /// <summary>Uniform numbers in [0, 1), float32 on the CPU.</summary>
    public static Tensor Uniforms(long[] shape, CounterStream stream)
    {
        var numbers = empty(shape, ScalarType.Float32);
        BernoulliSampler.Fill(numbers, stream);
        return numbers;
    }
}
