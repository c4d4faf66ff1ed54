using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// Probability of discrete values under a Gaussian: its mass between the middles to either neighbour, the outermost values
/// taking all beyond (Ho et al. 2020, eq. 13).
/// </summary>
public static class PixelDecoder
{
    /// <summary>log p of each value, nats, float64 in the shape of <paramref name="x"/>; precise however far away.</summary>
    /// <param name="x">Values in [−1, 1], `levels` of them evenly spaced.</param>
    /// <param name="mean">As <paramref name="x"/>.</param>
    /// <param name="deviation">Of the Gaussian, above 0.</param>
    /// <param name="levels">At least 2; 256 of 8-bit pixels.</param>
    public static Tensor LogProbability(Tensor x, Tensor mean, double deviation, int levels = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        using var scope = NewDisposeScope();
        var half = 1.0 / (levels - 1);
        // values come in single precision, but their bins meet exactly
        var value = (((x.to(float64) + 1) / (2 * half)).round() * (2 * half)) - 1;
        var centre = mean.to(float64);
        var (lowest, highest) = (value.le(-1 + (half / 2)), value.ge(1 - (half / 2)));
        var low = ((value - half - centre) / deviation).masked_fill(lowest, double.NegativeInfinity);
        var high = ((value + half - centre) / deviation).masked_fill(highest, double.PositiveInfinity);
        // by symmetry the interval lies to the right
        var left = (low + high).lt(0);
        (low, high) = (where(left, -high, low), where(left, -low, high));
        // log(Φ(−a) − Φ(−b)) = −a²/2 + log(½ erfcx(a/√2) − ½ exp((a² − b²)/2) erfcx(b/√2)) for 0 ≤ a < b
        var a = low.clamp(min: 0);
        var beyond = ((a - high) * (a + high) / 2).exp();
        var far = (-a.square() / 2) + ((Scaled(a) - (beyond * Scaled(high))) / 2).log();
        var near = ((special.erf(high / Math.Sqrt(2)) - special.erf(low.clamp(max: 0) / Math.Sqrt(2))) / 2).log();
        return where(low.lt(0), near, far).MoveToOuterDisposeScope();
    }

    /// <summary>erfcx(a/√2) = exp(a²/2) erfc(a/√2) for a ≥ 0; far out by its series (Abramowitz and Stegun 1964, 7.1.23).</summary>
    private static Tensor Scaled(Tensor a)
    {
        const double far = 20;
        var z = a / Math.Sqrt(2);
        var near = z.clamp(max: far);
        var square = z.clamp(min: far).square();
        var series = (1 - (0.5 / square) + (0.75 / square.square())) / (z.clamp(min: far) * Math.Sqrt(Math.PI));
        return where(z.gt(far), series, near.square().exp() * special.erfc(near));
    }
}
