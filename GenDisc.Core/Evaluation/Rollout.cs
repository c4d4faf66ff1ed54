namespace GenDisc.Core.Evaluation;

/// <summary>A forecast far beyond a model's horizon, from its own forecasts.</summary>
public static class Rollout
{
    /// <summary>
    /// Forecasts step by step: the first step of each prediction joins the history, whose oldest step drops out. Errors
    /// feed on themselves, so this says whether a model has caught the dynamics more than whether each step is right.
    /// </summary>
    /// <param name="step">
    /// From a history `[history, columns]`, flattened, to a prediction of at least one step `[…, columns]`.
    /// </param>
    /// <param name="history">`[history, columns]`, flattened and in the model's units; left as it is.</param>
    /// <param name="steps">To forecast.</param>
    /// <returns>`[steps, columns]`, flattened.</returns>
    /// <exception cref="ArgumentException">
    /// The history is not of whole steps, or a prediction has fewer numbers than a step.
    /// </exception>
    public static float[] Run(Func<float[], float[]> step, float[] history, int columns, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (history.Length == 0 || history.Length % columns != 0)
            throw new ArgumentException(
                $"a history of {history.Length} numbers is not of whole steps of {columns}", nameof(history));
        var forecast = new float[steps * columns];
        var window = history;
        for (var s = 0; s < steps; s++)
        {
            var predicted = step([.. window]);
            if (predicted.Length < columns)
                throw new ArgumentException(
                    $"a prediction of {predicted.Length} numbers is no step of {columns}", nameof(step));
            predicted.AsSpan(0, columns).CopyTo(forecast.AsSpan(s * columns));
            window = [.. window.AsSpan(columns), .. predicted.AsSpan(0, columns)];
        }

        return forecast;
    }
}
