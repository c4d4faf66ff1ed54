using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation;

/// <summary>
/// How well predictions meet real targets, in the targets' own units. Pooled figures are over all numbers of all
/// targets, so that where units differ the largest numbers weigh most.
/// </summary>
public sealed record RegressionScores
{
    /// <summary>Mean squared error, in squared units.</summary>
    public required double Mse { get; init; }

    public double Rmse => Math.Sqrt(Mse);

    /// <summary>Mean absolute error.</summary>
    public required double Mae { get; init; }

    /// <summary>
    /// 1 − Σ(y−ŷ)²/Σ(y−ȳ)² with the mean ȳ of each number of a target by itself: at most 1, and 0 is as good as the
    /// means. NaN when no target varies.
    /// </summary>
    public required double R2 { get; init; }

    /// <summary>By number of a target, as are the others below.</summary>
    public required double[] MseByTarget { get; init; }

    public required double[] RmseByTarget { get; init; }

    public required double[] MaeByTarget { get; init; }

    public required double[] R2ByTarget { get; init; }

    /// <param name="truth">`[examples][targets]`, at least one example and target, in the targets' own units.</param>
    /// <param name="predicted">Of the same shape.</param>
    /// <exception cref="ArgumentException">No examples, or shapes differ.</exception>
    public static RegressionScores Of(double[][] truth, double[][] predicted)
    {
        var targets = RegressionTable.Check(truth, predicted);
        var (squares, absolute, spread) = (new double[targets], new double[targets], new double[targets]);
        for (var d = 0; d < targets; d++)
        {
            var mean = truth.Average(row => row[d]);
            for (var i = 0; i < truth.Length; i++)
            {
                double error = truth[i][d] - predicted[i][d], deviation = truth[i][d] - mean;
                squares[d] += error * error;
                absolute[d] += Math.Abs(error);
                spread[d] += deviation * deviation;
            }
        }

        double n = truth.Length;
        return new RegressionScores
        {
            Mse = squares.Sum() / n / targets,
            Mae = absolute.Sum() / n / targets,
            R2 = RegressionTable.R2(squares.Sum(), spread.Sum()),
            MseByTarget = Array.ConvertAll(squares, s => s / n),
            RmseByTarget = Array.ConvertAll(squares, s => Math.Sqrt(s / n)),
            MaeByTarget = Array.ConvertAll(absolute, a => a / n),
            R2ByTarget = [.. squares.Zip(spread, RegressionTable.R2)],
        };
    }

    /// <summary>Bootstrap intervals of <see cref="Figures"/> over the examples.</summary>
    /// <param name="level">Share of resamples between the ends, in (0, 1).</param>
    /// <param name="block">
    /// Examples drawn together. 1 takes examples as independent; windows cut from one series are not, and need blocks at
    /// least as long as they stay correlated (moving blocks, Künsch 1989).
    /// </param>
    /// <exception cref="ArgumentException">As <see cref="Of"/>.</exception>
    public static IReadOnlyDictionary<string, Interval> Intervals(
        double[][] truth,
        double[][] predicted,
        RandomStream stream,
        int resamples = 1000,
        double level = 0.95,
        int block = 1)
    {
        var table = new RegressionTable(truth, predicted);
        return Bootstrap.OfWeights(truth.Length, (weights, _) => table.Figures(weights), stream, resamples, level, block);
    }

    /// <summary>`mse`, `rmse`, `mae` and `r2`, pooled.</summary>
    public IReadOnlyDictionary<string, double> Figures() => Named(Mse, Mae, R2);

    internal static Dictionary<string, double> Named(double mse, double mae, double r2) => new()
    {
        ["mse"] = mse,
        ["rmse"] = Math.Sqrt(mse),
        ["mae"] = mae,
        ["r2"] = r2,
    };
}
