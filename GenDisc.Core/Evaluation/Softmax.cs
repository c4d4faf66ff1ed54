namespace GenDisc.Core.Evaluation;

/// <summary>Of the logits of one example, in double precision and safe from overflow.</summary>
internal static class Softmax
{
    /// <summary>exp(β zₖ) / Σⱼ exp(β zⱼ)</summary>
    /// <param name="logits">`[classes]`, at least one.</param>
    /// <param name="inverseTemperature">β &gt; 0</param>
    public static double[] Of(float[] logits, double inverseTemperature)
    {
        double most = logits.Max();
        var powers = Array.ConvertAll(logits, z => Math.Exp(inverseTemperature * (z - most)));
        var total = powers.Sum();
        return Array.ConvertAll(powers, p => p / total);
    }

    /// <summary>ln Σₖ exp(zₖ)</summary>
    /// <param name="logits">`[classes]`, at least one.</param>
    public static double LogTotal(float[] logits)
    {
        double most = logits.Max();
        return most + Math.Log(logits.Sum(z => Math.Exp(z - most)));
    }
}
