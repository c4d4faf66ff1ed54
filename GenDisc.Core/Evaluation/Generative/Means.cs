using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>Means over examples, and how sure they are.</summary>
public static class Means
{
    /// <summary>95 % percentile interval of the mean of numbers drawn again.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="resamples">At least 1.</param>
    public static Interval IntervalOf(double[] values, RandomStream stream, int resamples = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var means = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++) sum += values[stream.NextInt(values.Length)];
            means[r] = sum / values.Length;
        }

        return Bootstrap.Percentiles(means, 0.95);
    }
}
