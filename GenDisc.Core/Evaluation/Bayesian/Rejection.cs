namespace GenDisc.Core.Evaluation.Bayesian;

/// <summary>What is gained by leaving the examples that a model is least sure of to somebody else.</summary>
public static class Rejection
{
    /// <summary>Accuracy of the examples that are kept over the share that is rejected, the most uncertain first.</summary>
    /// <param name="uncertainty">`[examples]`; among equals earlier examples are kept longer.</param>
    /// <param name="right">`[examples]`, whether the prediction is right.</param>
    /// <param name="steps">Shares 0, 1/steps, …, (steps − 1)/steps; at least 1.</param>
    /// <returns>X the share rejected, Y the accuracy of at least one example; empty without examples.</returns>
    public static CurvePoint[] Curve(double[] uncertainty, bool[] right, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        if (uncertainty.Length != right.Length)
            throw new ArgumentException("uncertainty and correctness must be of the same examples", nameof(right));
        var count = right.Length;
        if (count == 0) return [];
        var order = Enumerable.Range(0, count).OrderBy(i => uncertainty[i]).ToArray();
        var correct = new int[count + 1];
        for (var i = 0; i < count; i++) correct[i + 1] = correct[i] + (right[order[i]] ? 1 : 0);
        var points = new CurvePoint[steps];
        for (var s = 0; s < steps; s++)
        {
            var kept = Math.Max(1, count - (int)((long)count * s / steps));
            points[s] = new CurvePoint((double)s / steps, (double)correct[kept] / kept);
        }

        return points;
    }
}
