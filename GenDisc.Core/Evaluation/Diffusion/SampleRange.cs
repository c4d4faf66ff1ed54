using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>Where the values of samples lie, beside those of the data they should be like.</summary>
/// <param name="NotFinite">Share of values that are no numbers, or infinite.</param>
/// <param name="Outside">Share of finite values outside what the data allow.</param>
/// <param name="Saturated">
/// Of data in [0, 1]: share of finite values at an end, more than among the data; otherwise 0.
/// </param>
/// <param name="Low">Smallest finite value.</param>
/// <param name="High">Largest finite value.</param>
/// <param name="Spread">
/// Variance of the samples over that of the data, each summed over dimensions; not a number where data do not vary.
/// </param>
public sealed record SampleRange(double NotFinite, double Outside, double Saturated, double Low, double High, double Spread)
{
    private const double End = 0.004;
    private const double Deviations = 5;

    /// <summary>Values beyond this share outside have run off.</summary>
    public const double MostOutside = 0.01;

    /// <summary>A larger share at the ends than the data's has run into them.</summary>
    public const double MostSaturated = 0.25;

    /// <summary>Variances differ from the data's by less than this factor.</summary>
    public const double MostSpread = 4;

    public bool RunsOff => NotFinite > 0 || Outside > MostOutside || Saturated > MostSaturated;

    public bool IsTooWide => Spread > MostSpread;

    public bool IsTooNarrow => Spread < 1 / MostSpread;

    /// <param name="samples">float32 `[n, …]`, at least 2.</param>
    /// <param name="data">float32 `[m, …]`, at least 2.</param>
    /// <param name="unitInterval">
    /// Whether data lie in [0, 1]: values are outside beyond it. Otherwise they are beyond both five standard deviations from the
    /// mean and the data's range, widened by half at each end; for each feature of the last dimension.
    /// </param>
    public static SampleRange Of(Tensor samples, Tensor data, bool unitInterval)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var finite = samples.isfinite();
        var known = Math.Max(1, finite.sum().ToInt64());
        var values = samples.where(finite, zeros_like(samples));
        var (low, high) = unitInterval ? (tensor(-End), tensor(1 + End)) : Bounds(data);
        var outside = values.lt(low).logical_or(values.gt(high)).logical_and(finite).sum().ToInt64();
        var saturated = unitInterval
            ? Math.Max(0, (AtEnds(values).logical_and(finite).sum().ToDouble() / known) - AtEnds(data).to(float32).mean().ToDouble())
            : 0;
        return new SampleRange(
            1 - (finite.sum().ToDouble() / samples.numel()),
            (double)outside / known,
            saturated,
            samples.where(finite, full_like(samples, double.PositiveInfinity)).min().ToDouble(),
            samples.where(finite, full_like(samples, double.NegativeInfinity)).max().ToDouble(),
            Ratio(values, data));
    }

    private static Tensor AtEnds(Tensor values) => values.le(End).logical_or(values.ge(1 - End));

    private static (Tensor Low, Tensor High) Bounds(Tensor data)
    {
        var rows = data.reshape(-1, data.size(-1));
        var (mean, deviation) = (rows.mean([0]), rows.std(0, unbiased: false));
        var (least, most) = (rows.amin(0), rows.amax(0));
        var half = (most - least) / 2;
        return (minimum(mean - (Deviations * deviation), least - half), maximum(mean + (Deviations * deviation), most + half));
    }

    private static double Ratio(Tensor samples, Tensor data)
    {
        var own = samples.reshape(samples.size(0), -1).to(float64).var(0, unbiased: false);
        var real = data.reshape(data.size(0), -1).to(float64).var(0, unbiased: false);
        var sum = real.sum().ToDouble();
        return sum > 0 ? own.sum().ToDouble() / sum : double.NaN;
    }
}
