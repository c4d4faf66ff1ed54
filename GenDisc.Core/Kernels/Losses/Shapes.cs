using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>Checks of shapes that allocate nothing (the property `shape` makes an array).</summary>
internal static class Shapes
{
    public static bool Equal(Tensor a, Tensor b)
    {
        var dimensions = a.dim();
        if (b.dim() != dimensions) return false;
        for (var d = 0; d < dimensions; d++)
            if (a.size(d) != b.size(d)) return false;
        return true;
    }

    /// <exception cref="ArgumentException">A kernel cannot write a gradient like <paramref name="model"/> there.</exception>
    public static void RequireGradient(Tensor? gradient, Tensor model)
    {
        if (gradient is not null && !(Simd.Fits(gradient) && Equal(gradient, model)))
            throw new ArgumentException("the gradient must be contiguous float32 of its input's shape", nameof(gradient));
    }
}
