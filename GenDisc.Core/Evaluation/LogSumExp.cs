namespace GenDisc.Core.Evaluation;

/// <summary>ln Σₖ exp(β zₖ) of the logits of one example, safe from overflow.</summary>
internal static class LogSumExp
{
    /// <param name="logits">`[classes]`, at least one.</param>
    /// <param name="inverseTemperature">β &gt; 0</param>
    public static double Of(ReadOnlySpan<float> logits, double inverseTemperature = 1)
    {
        double most = float.NegativeInfinity, sum = 0;
        foreach (var logit in logits) most = Math.Max(most, logit);
        foreach (var logit in logits) sum += Math.Exp(inverseTemperature * (logit - most));
        return (inverseTemperature * most) + Math.Log(sum);
    }
}
