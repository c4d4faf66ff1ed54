namespace GenDisc.Core.Evaluation;

/// <summary>What errors show of what a model has missed.</summary>
public static class Residuals
{
    /// <summary>
    /// Between the least and the largest value; around a value that all share. Values that are not finite are left out.
    /// </summary>
    /// <param name="bins">At least 1.</param>
    public static Histogram Histogram(double[] values, int bins) =>
        Evaluation.Histogram.Together([values], bins)[0];

    /// <summary>
    /// rₖ = Σₜ (eₜ − ē)(eₜ₊ₖ − ē) / Σₜ (eₜ − ē)² for lags 0 to <paramref name="lags"/> (Box and Jenkins 1970).
    /// </summary>
    /// <param name="residuals">In the order of time.</param>
    /// <param name="lags">At most so many, and below the number of residuals.</param>
    public static Autocorrelation Autocorrelation(double[] residuals, int lags)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lags);
        var n = residuals.Length;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var mean = residuals.Average();
        var centred = Array.ConvertAll(residuals, e => e - mean);
        var spread = centred.Sum(e => e * e);
        var values = new double[Math.Min(lags, n - 1) + 1];
        for (var k = 0; k < values.Length; k++)
        {
            double sum = 0;
            for (var t = 0; t + k < n; t++) sum += centred[t] * centred[t + k];
            values[k] = sum / spread;
        }

        return new Autocorrelation(values, 1.96 / Math.Sqrt(n));
    }

    /// <summary>Q = n (n + 2) Σₖ rₖ²/(n − k) over lags 1 to <paramref name="lags"/> (Ljung and Box 1978).</summary>
    /// <param name="acf">By lag, from lag 0, as <see cref="Autocorrelation"/> gives it.</param>
    /// <param name="n">Residuals.</param>
    /// <param name="lags">At least 1, below <paramref name="n"/> and among those of <paramref name="acf"/>.</param>
    public static LjungBoxTest LjungBox(double[] acf, int n, int lags)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lags);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(lags, Math.Min(acf.Length, n));
        double sum = 0;
        for (var k = 1; k <= lags; k++) sum += acf[k] * acf[k] / (n - k);
        var statistic = (double)n * (n + 2) * sum;
        return new LjungBoxTest(statistic, lags, ChiSquare.Survival(statistic, lags));
    }
}
