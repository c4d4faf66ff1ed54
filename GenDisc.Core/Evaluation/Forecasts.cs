using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation;

/// <summary>
/// What a forecast is measured against. Series are `[steps, columns]` row after row in their own units; window i
/// forecasts the <c>horizon</c> steps from <c>firstTarget + i</c> on.
/// </summary>
public static class Forecasts
{
    /// <summary>
    /// Mean |yₜ − yₜ₋ₘ| over the training part: the error there of the forecast that repeats the last season. The
    /// denominator of the scaled error (Hyndman and Koehler 2006, with m = 1; Hyndman and Athanasopoulos 2021, §5.8, for
    /// seasons).
    /// </summary>
    /// <param name="trainingSeries">One column, in its own units; NaN where missing, which is passed over.</param>
    /// <param name="season">m, in steps, at least 1; 1 is the forecast that repeats the last value.</param>
    /// <returns>NaN when no two values a season apart are known.</returns>
    /// <exception cref="UserError">The training part is no longer than a season.</exception>
    public static double SeasonalNaiveScale(ReadOnlySpan<float> trainingSeries, int season)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(season);
        if (trainingSeries.Length <= season)
            throw new UserError(
                $"a season of {season} steps does not fit into the training part of the series, which has "
                + $"{trainingSeries.Length}.\nGive a shorter season, or train on more steps.");
        var (sum, count) = (0.0, 0);
        for (var t = season; t < trainingSeries.Length; t++)
        {
            var step = Math.Abs((double)trainingSeries[t] - trainingSeries[t - season]);
            if (double.IsNaN(step)) continue;
            sum += step;
            count++;
        }

        return sum / count;
    }

    /// <summary>
    /// Mean absolute scaled error (Hyndman and Koehler 2006): below 1 beats the naive forecast's error on the training
    /// part.
    /// </summary>
    /// <param name="mae">Mean absolute error of the forecast, in the unit of <paramref name="scale"/>.</param>
    /// <param name="scale">From <see cref="SeasonalNaiveScale"/>.</param>
    /// <returns>NaN when the scale is 0: the training part repeats itself exactly.</returns>
    public static double Mase(double mae, double scale) => scale > 0 ? mae / scale : double.NaN;

    /// <summary>The last value before each window, repeated.</summary>
    /// <returns>`[targets][horizon·columns]`</returns>
    /// <exception cref="UserError">No step lies before the first window.</exception>
    public static double[][] Persistence(float[] series, int columns, int firstTarget, int targets, int horizon) =>
        SeasonalNaive(series, columns, firstTarget, targets, horizon, season: 1);

    /// <summary>
    /// The value a season before each step of a window; for steps beyond the first season, as many seasons before as it
    /// takes to lie before the window.
    /// </summary>
    /// <param name="season">In steps, at least 1.</param>
    /// <returns>`[targets][horizon·columns]`</returns>
    /// <exception cref="UserError">Less than a season lies before the first window.</exception>
    public static double[][] SeasonalNaive(
        float[] series, int columns, int firstTarget, int targets, int horizon, int season)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizon);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(season);
        ArgumentOutOfRangeException.ThrowIfNegative(targets);
        if (firstTarget < season)
            throw new UserError(
                $"a forecast from {season} steps back needs as many steps before the first window, but there are "
                + $"{firstTarget}.\nGive a shorter season, or more steps of history.");
        return [.. Enumerable.Range(firstTarget, targets).Select(start => Window(series, columns, start, horizon, season))];
    }

    private static double[] Window(float[] series, int columns, int start, int horizon, int season)
    {
        var window = new double[horizon * columns];
        for (var h = 0; h < horizon; h++)
        {
            var source = start + (h % season) - season;
            for (var c = 0; c < columns; c++) window[(h * columns) + c] = series[(source * columns) + c];
        }

        return window;
    }
}
