using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>Means over examples, and how sure they are.</summary>
public static class Means
{
    private const double Level = 0.95;

    /// <summary>95 % percentile interval of the mean of numbers drawn again.</summary>
    /// <param name="values">At least one, all finite.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="resamples">At least 1.</param>
    public static Interval IntervalOf(double[] values, RandomStream stream, int resamples = 1000)
    {
        var figure = new Dictionary<string, double>(1);
        return Bootstrap.OfWeights(values.Length, Mean, stream, resamples, Level)[nameof(Mean)];

        Dictionary<string, double> Mean(int[] weights, int resample)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++) sum += weights[i] * values[i];
            figure[nameof(Mean)] = sum / values.Length;
            return figure;
        }
    }
}
