namespace GenDisc.Core.Evaluation.Physics;

/// <summary>
/// Integrated autocorrelation time τ = ½ + Σ_{t≥1} ρ(t), of which the error of a mean is σ √(2τ/n) (Sokal 1997), summed up
/// to a window chosen by the series itself (Wolff 2004, Monte Carlo errors with less errors).
/// </summary>
public static class AutocorrelationTime
{
    /// <summary>From so many chains on, the error of a mean comes from the chains' own means.</summary>
    public const int ManyChains = 16;

    /// <summary>S of Wolff's window: the supposed ratio of the exponential to the integrated time.</summary>
    private const double Ratio = 1.5;

    /// <summary>
    /// τ in draws, at least ½: a window made for decay misjudges series that alternate, so nothing is made of their
    /// smaller errors. ½ for a series that does not vary, NaN where a value is not finite.
    /// </summary>
    /// <param name="series">Chain after chain, `[chains, draws]`, at least one value.</param>
    /// <param name="chains">Divides the length.</param>
    public static double Of(ReadOnlySpan<double> series, int chains = 1)
    {
        var centred = Centre(series, chains, out _);
        return Integrate(centred, chains);
    }

    /// <summary>
    /// Mean with its error. From <see cref="ManyChains"/> chains on, the error is that of the mean of their means, which
    /// supposes nothing of the correlation within a chain, and τ is what this amounts to; below, it comes from τ.
    /// </summary>
    /// <param name="series">Chain after chain, `[chains, draws]`, at least one value.</param>
    /// <param name="chains">Independent; divides the length.</param>
    public static SeriesMean Mean(ReadOnlySpan<double> series, int chains = 1)
    {
        var centred = Centre(series, chains, out var mean);
        var n = centred.Length;
        if (n < 2) return new SeriesMean(mean, double.NaN, double.NaN, double.NaN);
        double squares = 0;
        foreach (var x in centred) squares += x * x;
        if (chains >= ManyChains)
        {
            var error = ErrorOfChains(centred, chains);
            var amounting = squares == 0 ? 0.5 : Math.Max(error * error * n / (2 * (squares / n)), 0.5 / n);
            return new SeriesMean(mean, error, amounting, n / (2 * amounting));
        }

        var tau = Integrate(centred, chains);
        // The mean is fitted too, which takes 2τ/n of the variance.
        var variance = squares / n / Math.Max(1 - (2 * tau / n), 0.5);
        return new SeriesMean(mean, Math.Sqrt(variance * 2 * tau / n), tau, n / (2 * tau));
    }

    private static double[] Centre(ReadOnlySpan<double> series, int chains, out double mean)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chains);
        if (series.IsEmpty || series.Length % chains != 0)
            throw new ArgumentException($"{series.Length} values are not {chains} chains of equal length", nameof(series));
        mean = series[0];
        if (series.IndexOfAnyExcept(mean) < 0) return new double[series.Length]; // not the rounding of their mean
        mean = 0;
        foreach (var x in series) mean += x;
        mean /= series.Length;
        var centred = new double[series.Length];
        for (var i = 0; i < centred.Length; i++) centred[i] = series[i] - mean;
        return centred;
    }

    private static double ErrorOfChains(double[] centred, int chains)
    {
        var draws = centred.Length / chains;
        double squares = 0;
        for (var chain = 0; chain < chains; chain++)
        {
            double sum = 0;
            for (var i = 0; i < draws; i++) sum += centred[(chain * draws) + i];
            squares += sum / draws * (sum / draws);
        }

        return Math.Sqrt(squares / (chains - 1) / chains);
    }

    private static double Integrate(double[] centred, int chains)
    {
        var n = centred.Length;
        var draws = n / chains;
        var variance = Covariance(centred, chains, 0);
        if (variance == 0) return 0.5;
        if (!double.IsFinite(variance)) return double.NaN;
        var (sum, window) = (0.5, 0);
        while (window < draws / 2)
        {
            window++;
            sum += Covariance(centred, chains, window) / variance;
            if (sum <= 0.5) break; // no memory
            // Wolff 2004, section 3.3: where the error of truncation falls below that of the sum.
            var decay = Ratio / Math.Log(((2 * sum) + 1) / ((2 * sum) - 1));
            if (Math.Exp(-window / decay) < decay / Math.Sqrt((double)window * n)) break;
        }

        // The bias, to first order, of the sum and of the variance below it: what the fitted mean takes from every covariance.
        var integrated = sum * (1 + (((2 * window) + 1) / (double)n)) / (1 + (2 * sum / n));
        return Math.Max(integrated, 0.5);
    }

    private static double Covariance(double[] centred, int chains, int lag)
    {
        var draws = centred.Length / chains;
        double sum = 0;
        for (var chain = 0; chain < chains; chain++)
        {
            var first = centred.AsSpan(chain * draws, draws - lag);
            var second = centred.AsSpan((chain * draws) + lag, draws - lag);
            for (var i = 0; i < first.Length; i++) sum += first[i] * second[i];
        }

        return sum / (centred.Length - ((long)chains * lag));
    }
}
