namespace GenDisc.Core.Evaluation;

/// <summary>What repetitions with other seeds say about a figure.</summary>
public static class Seeds
{
    /// <summary>Mean, deviation and the interval mean ± t s/√n of Student's t with n − 1 degrees of freedom.</summary>
    /// <param name="values">One a repetition, at least one.</param>
    /// <param name="level">Of the interval, in (0, 1).</param>
    public static SeedSummary Summary(double[] values, double level = 0.95)
    {
        var n = values.Length;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var mean = values.Average();
        if (n == 1) return new SeedSummary(1, mean, double.NaN, new Interval(double.NaN, double.NaN));
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (n - 1));
        var half = StudentT.TwoSidedQuantile(level, n - 1) * deviation / Math.Sqrt(n);
        return new SeedSummary(n, mean, deviation, new Interval(mean - half, mean + half));
    }
}
