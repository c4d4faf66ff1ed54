namespace GenDisc.Core.Evaluation.Physics;

/// <summary>
/// Errors of figures that are not linear in means, such as variances, from the figure without each block of the series in
/// turn (Quenouille 1956; Efron and Tibshirani 1993, chapter 11). Blocks much longer than the autocorrelation time are as
/// good as independent.
/// </summary>
public static class Jackknife
{
    /// <summary>Blocks of a single chain, at most.</summary>
    private const int MostBlocks = 100;

    /// <summary>Autocorrelation times of a block, at least.</summary>
    private const int BlockTimes = 10;

    /// <summary>
    /// Variance of a series, per draw of the equilibrium: the correlation of neighbours biases it no more, to first order.
    /// </summary>
    /// <param name="series">Chain after chain, `[chains, draws]`, at least one value.</param>
    /// <param name="chains">
    /// Independent; divides the length. From <see cref="AutocorrelationTime.ManyChains"/> on, each is one block.
    /// </param>
    /// <returns>The error is NaN with fewer than two blocks; τ is that of the squared deviations.</returns>
    public static SeriesMean Variance(ReadOnlySpan<double> series, int chains = 1)
    {
        var mean = AutocorrelationTime.Mean(series, chains).Mean;
        var deviations = new double[series.Length];
        var squares = new double[series.Length];
        for (var i = 0; i < deviations.Length; i++)
        {
            deviations[i] = series[i] - mean;
            squares[i] = deviations[i] * deviations[i];
        }

        var spread = AutocorrelationTime.Mean(squares, chains);
        var tau = Math.Max(spread.Tau, AutocorrelationTime.Of(series, chains));
        var blocks = BlocksOf(series.Length / chains, chains, tau);
        var (value, error) = Of([deviations, squares], chains, blocks, means => means[1] - (means[0] * means[0]));
        return spread with { Mean = value, StandardError = error };
    }

    /// <summary>A figure of the means of several series, its bias taken off to first order, and its standard error.</summary>
    /// <param name="series">Of equal length, each chain after chain, `[chains, draws]`.</param>
    /// <param name="chains">Divides the length.</param>
    /// <param name="blocks">Of each chain, 1 to its draws.</param>
    /// <param name="figure">Of the means, one for each series. Called with the same array every time.</param>
    /// <returns>With one block in all, the plain figure and NaN.</returns>
    public static (double Value, double Error) Of(double[][] series, int chains, int blocks, Func<double[], double> figure)
    {
        var n = series[0].Length;
        if (Array.Exists(series, other => other.Length != n) || n == 0 || chains < 1 || n % chains != 0)
            throw new ArgumentException($"series of {n} values are not {chains} chains of equal length", nameof(series));
        var draws = n / chains;
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, draws);
        var totals = Array.ConvertAll(series, values => values.Sum());
        var means = Array.ConvertAll(totals, total => total / n);
        var all = figure(means);
        var count = chains * blocks;
        if (count == 1) return (all, double.NaN);

        var without = new double[count];
        for (var block = 0; block < count; block++)
        {
            var (chain, place) = Math.DivRem(block, blocks);
            var start = (chain * draws) + (int)((long)place * draws / blocks);
            var end = (chain * draws) + (int)((place + 1L) * draws / blocks);
            for (var s = 0; s < series.Length; s++)
            {
                double sum = 0;
                for (var i = start; i < end; i++) sum += series[s][i];
                means[s] = (totals[s] - sum) / (n - end + start);
            }

            without[block] = figure(means);
        }

        var mean = without.Average();
        var spread = without.Sum(value => (value - mean) * (value - mean));
        return ((count * all) - ((count - 1) * mean), Math.Sqrt(spread * (count - 1) / count));
    }

    private static int BlocksOf(int draws, int chains, double tau)
    {
        if (chains >= AutocorrelationTime.ManyChains || double.IsNaN(tau)) return 1;
        var length = Math.Max(1, BlockTimes * tau);
        return (int)Math.Clamp(draws / length, 1, Math.Min(draws, MostBlocks));
    }
}
