using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>Forecasts far beyond a model's horizon, from its own forecasts.</summary>
public static class Rollout
{
    /// <summary>
    /// Forecasts step by step: the first step of each prediction joins the history, whose oldest step drops out. Errors
    /// feed on themselves, so this says whether a model has caught the dynamics more than whether each step is right.
    /// </summary>
    /// <param name="step">From histories `[n, history, columns]` to predictions `[n, m]` whose first numbers are the next step.</param>
    /// <param name="histories">`[n, history, columns]` in the model's units; left as they are.</param>
    /// <param name="steps">To forecast.</param>
    /// <returns>`[n][steps·columns]`, flattened row by row.</returns>
    /// <exception cref="ArgumentException">A prediction has fewer numbers than a step.</exception>
    public static float[][] Run(Func<Tensor, Tensor> step, Tensor histories, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var (count, columns) = ((int)histories.size(0), (int)histories.size(2));
        var forecasts = new float[count][];
        for (var i = 0; i < count; i++) forecasts[i] = new float[steps * columns];
        var window = histories.clone();
        for (var s = 0; s < steps; s++)
        {
            using var pass = NewDisposeScope();
            var predicted = step(window);
            if (predicted.size(1) < columns)
                throw new ArgumentException($"a prediction of {predicted.size(1)} numbers is no step of {columns}", nameof(step));
            var next = predicted.narrow(1, 0, columns);
            var numbers = next.cpu().contiguous().data<float>().ToArray();
            for (var i = 0; i < count; i++) numbers.AsSpan(i * columns, columns).CopyTo(forecasts[i].AsSpan(s * columns));
            window = cat([window.narrow(1, 1, window.size(1) - 1), next.unsqueeze(1)], 1).MoveToOuterDisposeScope();
        }

        return forecasts;
    }
}
