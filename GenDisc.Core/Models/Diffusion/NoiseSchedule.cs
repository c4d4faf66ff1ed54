using System.Globalization;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>
/// How much signal is left after step t of T: x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε, ε ~ N(0, I) (Ho, Jain and Abbeel 2020, eq. 4). Held
/// in double precision; step 0 is the clean example.
/// </summary>
public sealed class NoiseSchedule
{
    private const double LargestBeta = 0.999;
    private readonly double[] alphaBar;

    /// <param name="betas">β_1 … β_T, each in (0, 1).</param>
    /// <exception cref="ArgumentException">There are none, or one is outside.</exception>
    public NoiseSchedule(ReadOnlySpan<double> betas)
    {
        if (betas.IsEmpty) throw new ArgumentException("a schedule has at least one step", nameof(betas));
        alphaBar = new double[betas.Length + 1];
        alphaBar[0] = 1;
        for (var t = 1; t < alphaBar.Length; t++)
        {
            if (!(betas[t - 1] > 0 && betas[t - 1] < 1))
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"β of step {t} is {betas[t - 1]}, not between 0 and 1"), nameof(betas));
            alphaBar[t] = alphaBar[t - 1] * (1 - betas[t - 1]);
        }
    }

    /// <summary>T, at least 1.</summary>
    public int Steps => alphaBar.Length - 1;

    /// <summary>
    /// β in a straight line from 10⁻⁴ to 0.02 where T = 1,000 (Ho et al. 2020, §4), scaled by 1,000 / T for other T so that
    /// the end is as noisy.
    /// </summary>
    public static NoiseSchedule Linear(int steps)
    {
        var (scale, betas) = (1000.0 / steps, new double[steps]);
        for (var i = 0; i < steps; i++)
            betas[i] = Math.Min(LargestBeta, scale * (1e-4 + ((0.02 - 1e-4) * i / Math.Max(1, steps - 1))));
        return new NoiseSchedule(betas);
    }

    /// <summary>ᾱ_t = cos²((t/T + s) / (1 + s) π/2) with s = 0.008, β at most 0.999 (Nichol and Dhariwal 2021, eq. 17).</summary>
    public static NoiseSchedule Cosine(int steps)
    {
        var betas = new double[steps];
        for (var i = 0; i < steps; i++)
            betas[i] = Math.Min(LargestBeta, 1 - (Squared(i + 1, steps) / Squared(i, steps)));
        return new NoiseSchedule(betas);
    }

    /// <summary>ᾱ_t, from 1 at t = 0.</summary>
    public double AlphaBar(int t) => alphaBar[t];

    /// <summary>√ᾱ_t</summary>
    public double Signal(int t) => Math.Sqrt(alphaBar[t]);

    /// <summary>√(1 − ᾱ_t)</summary>
    public double Noise(int t) => Math.Sqrt(1 - alphaBar[t]);

    /// <summary>α_t = ᾱ_t / ᾱ_{t−1} for t ≥ 1.</summary>
    public double Alpha(int t) => alphaBar[t] / alphaBar[t - 1];

    /// <summary>β_t = 1 − α_t for t ≥ 1.</summary>
    public double Beta(int t) => 1 - Alpha(t);

    /// <summary>ᾱ_t / (1 − ᾱ_t); infinite at t = 0.</summary>
    public double SignalToNoise(int t) => alphaBar[t] / (1 - alphaBar[t]);

    /// <summary>Variance of q(x_{t−1} | x_t, x₀): β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t) (Ho et al. 2020, eq. 7), for t ≥ 1.</summary>
    public double PosteriorVariance(int t) => PosteriorVariance(t, t - 1);

    /// <summary>Variance of q(x_s | x_t, x₀) for 0 ≤ s &lt; t: (1 − ᾱ_t/ᾱ_s) (1 − ᾱ_s) / (1 − ᾱ_t).</summary>
    public double PosteriorVariance(int t, int s) =>
        (1 - (alphaBar[t] / alphaBar[s])) * (1 - alphaBar[s]) / (1 - alphaBar[t]);

    /// <summary>
    /// Mean of q(x_s | x_t, x₀) for 0 ≤ s &lt; t as shares of x₀ and x_t: √ᾱ_s (1 − ᾱ_t/ᾱ_s) / (1 − ᾱ_t) and
    /// √(ᾱ_t/ᾱ_s) (1 − ᾱ_s) / (1 − ᾱ_t) (Ho et al. 2020, eq. 7).
    /// </summary>
    public (double OfData, double OfX) PosteriorMean(int t, int s)
    {
        var (ratio, noise) = (alphaBar[t] / alphaBar[s], 1 - alphaBar[t]);
        return (Math.Sqrt(alphaBar[s]) * (1 - ratio) / noise, Math.Sqrt(ratio) * (1 - alphaBar[s]) / noise);
    }

    /// <summary>The step whose deviation of the noise beside a signal of 1, √((1 − ᾱ_t) / ᾱ_t), is nearest to this one.</summary>
    /// <param name="deviation">Finite, at least 0.</param>
    /// <returns>In 0 … T; on a scale of logarithms, and 0 below half of what step 1 has.</returns>
    public int StepOf(double deviation)
    {
        double Relative(int t) => Math.Sqrt((1 - alphaBar[t]) / alphaBar[t]);
        if (deviation < Relative(1) / 2) return 0;
        var t = 1;
        while (t < Steps && Relative(t + 1) <= deviation) t++;
        return t < Steps && Relative(t + 1) / deviation < deviation / Relative(t) ? t + 1 : t;
    }

    private static double Squared(int t, int steps)
    {
        const double s = 0.008;
        var cosine = Math.Cos((((double)t / steps) + s) / (1 + s) * Math.PI / 2);
        return cosine * cosine;
    }
}
