using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation;

/// <summary>
/// Percentile intervals of figures over test examples drawn again with replacement (Efron and Tibshirani 1993, §13.3).
/// They tell how far the choice of test examples moves a figure of this one model, not how far training again would.
/// </summary>
internal static class Bootstrap
{
    /// <summary>
    /// Of several figures at once, all of the same resamples. Blocks of neighbours longer than 1 keep the correlation
    /// along a series (moving blocks, Künsch 1989).
    /// </summary>
    /// <param name="count">Test examples, at least 1.</param>
    /// <param name="figures">
    /// Figures by name, from how often each of the <paramref name="count"/> examples was drawn and the number of the
    /// resample. Called once a resample with the same array.
    /// </param>
    /// <param name="level">Share of resamples between the ends, in (0, 1).</param>
    /// <returns>By name, over the resamples in which the figure is not NaN; figures that never are one are left out.</returns>
    internal static IReadOnlyDictionary<string, Interval> OfWeights(
        int count,
        Func<int[], int, IReadOnlyDictionary<string, double>> figures,
        RandomStream stream,
        int resamples,
        double level,
        int block = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(block);
        var length = Math.Min(block, count);
        var weights = new int[count];
        return Collect(
            resample =>
            {
                Array.Clear(weights);
                for (var left = count; left > 0; left -= length)
                {
                    var start = stream.NextInt(count - length + 1);
                    for (var i = 0; i < Math.Min(length, left); i++) weights[start + i]++;
                }

                return figures(weights, resample);
            },
            resamples,
            level);
    }

    /// <summary>
    /// The ends that leave (1 − level)/2 of <paramref name="values"/> on either side, interpolated between order
    /// statistics (Hyndman and Fan 1996, type 7).
    /// </summary>
    /// <param name="values">At least one; sorted in place.</param>
    internal static Interval Percentiles(double[] values, double level)
    {
        if (level is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "a level lies between 0 and 1");
        Array.Sort(values);
        return new Interval(At(values, (1 - level) / 2), At(values, (1 + level) / 2));
    }

    private static double At(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    private static Dictionary<string, Interval> Collect(
        Func<int, IReadOnlyDictionary<string, double>> draw, int resamples, double level)
    {
        var values = new Dictionary<string, List<double>>();
        for (var r = 0; r < resamples; r++)
        {
            foreach (var (name, value) in draw(r))
            {
                if (double.IsNaN(value)) continue;
                if (!values.TryGetValue(name, out var drawn)) values[name] = drawn = [];
                drawn.Add(value);
            }
        }

        return values.ToDictionary(v => v.Key, v => Percentiles([.. v.Value], level));
    }
}
