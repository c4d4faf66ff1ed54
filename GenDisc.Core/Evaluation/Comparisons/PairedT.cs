namespace GenDisc.Core.Evaluation.Comparisons;

/// <summary>
/// Student's t-test of paired differences (Student 1908): whether the mean of what one model has more than another, seed by
/// seed, is 0. Right for differences that are about normal.
/// </summary>
/// <param name="Count">Pairs.</param>
/// <param name="Mean">Of the differences, in the figure's unit; NaN without a pair.</param>
/// <param name="Deviation">Of the differences (n − 1); NaN below two pairs.</param>
/// <param name="Interval">Of the mean: mean ± t s/√n with n − 1 degrees of freedom; NaN below two pairs.</param>
/// <param name="Statistic">mean √n / s; NaN below two pairs, ±∞ where all differences are the same and not 0.</param>
/// <param name="PValue">
/// Two-sided; NaN below two pairs. Where all differences are the same, the limits of a vanishing deviation: 1 if they are
/// 0, else 0.
/// </param>
/// <param name="Effect">
/// Cohen's d_z = mean / deviation (Cohen 1988, §2.3.5); 0 where all differences are 0, NaN where all are the same otherwise
/// and below two pairs.
/// </param>
public sealed record PairedT(
    int Count, double Mean, double Deviation, Interval Interval, double Statistic, double PValue, double Effect)
{
    // Differences of equal figures differ in their last bits, a few roundings of the figures themselves.
    private const double Rounding = 8 * 2.220446049250313e-16;

    /// <summary>
    /// Hedges's g_z, d_z without its bias in small samples: d_z Γ(ν/2) / (√(ν/2) Γ((ν − 1)/2)) with ν = n − 1 (Hedges 1981,
    /// eq. 6e); NaN below three pairs, where d_z has no mean.
    /// </summary>
    public double CorrectedEffect
    {
        get
        {
            var freedom = Count - 1;
            if (freedom < 2) return double.NaN;
            var log = HalfGamma.Log(freedom) - HalfGamma.Log(freedom - 1) - (Math.Log(freedom / 2.0) / 2);
            return Effect * Math.Exp(log);
        }
    }

    /// <summary>Of <paramref name="row"/> less <paramref name="baseline"/>.</summary>
    /// <param name="row">Figures, one a seed.</param>
    /// <param name="baseline">Figures of the same seeds in the same order.</param>
    /// <param name="level">Of the interval, in (0, 1).</param>
    /// <exception cref="ArgumentException">The numbers of figures differ.</exception>
    public static PairedT Of(double[] row, double[] baseline, double level = 0.95)
    {
        var differences = Differences(row, baseline);
        var n = differences.Length;
        if (n < 2) return Untested(n, n == 1 ? differences[0] : double.NaN);
        var largest = Math.Max(row.Max(Math.Abs), baseline.Max(Math.Abs));
        if (differences.Max() - differences.Min() <= Rounding * largest)
            return Constant(n, Math.Abs(differences[0]) <= Rounding * largest ? 0 : differences[0]);
        var s = Seeds.Summary(differences, level);
        var statistic = s.Mean * Math.Sqrt(n) / s.Deviation;
        var p = StudentT.Beyond(Math.Abs(statistic), n - 1);
        return new PairedT(n, s.Mean, s.Deviation, s.Interval, statistic, p, s.Mean / s.Deviation);
    }

    /// <summary>
    /// About the smallest true difference that the test finds with this power: (t₁₋α/₂ + t_power) s/√n with n − 1 degrees
    /// of freedom (Zar 2010, chapter 7).
    /// </summary>
    /// <param name="deviation">s, of the differences; at least 0.</param>
    /// <param name="count">n ≥ 2; NaN below.</param>
    /// <param name="power">Chance of finding it, in [0.5, 1).</param>
    /// <param name="level">1 − α</param>
    public static double Detectable(double deviation, int count, double power = 0.8, double level = 0.95)
    {
        if (power is not (>= 0.5 and < 1))
            throw new ArgumentOutOfRangeException(nameof(power), power, "a power lies between 0.5 and 1");
        if (count < 2) return double.NaN;
        var sum = StudentT.TwoSidedQuantile(level, count - 1) + StudentT.TwoSidedQuantile((2 * power) - 1, count - 1);
        return sum * deviation / Math.Sqrt(count);
    }

    internal static double[] Differences(double[] row, double[] baseline)
    {
        if (row.Length != baseline.Length)
            throw new ArgumentException($"{row.Length} figures cannot be paired with {baseline.Length}", nameof(baseline));
        var differences = new double[row.Length];
        for (var i = 0; i < row.Length; i++) differences[i] = row[i] - baseline[i];
        return differences;
    }

    private static PairedT Untested(int count, double mean) => new(
        count, mean, double.NaN, new Interval(double.NaN, double.NaN), double.NaN, double.NaN, double.NaN);

    private static PairedT Constant(int count, double difference) => difference == 0
        ? new PairedT(count, 0, 0, new Interval(0, 0), 0, 1, 0)
        : new PairedT(
            count,
            difference,
            0,
            new Interval(difference, difference),
            double.CopySign(double.PositiveInfinity, difference),
            0,
            double.NaN);
}
