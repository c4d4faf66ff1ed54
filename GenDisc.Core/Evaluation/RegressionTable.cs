using System.Numerics;

namespace GenDisc.Core.Evaluation;

/// <summary>What pooled figures need of each example, so that a resample costs a pass over its weights.</summary>
internal sealed class RegressionTable
{
    private readonly double[] squares;
    private readonly double[] absolute;
    private readonly double[] spread;
    private readonly double[][] centred;
    private readonly int targets;

    /// <param name="truth">`[examples][targets]`</param>
    /// <param name="predicted">Of the same shape.</param>
    /// <exception cref="ArgumentException">No examples, or shapes differ.</exception>
    public RegressionTable(double[][] truth, double[][] predicted)
    {
        targets = Check(truth, predicted);
        double[] means = [.. Enumerable.Range(0, targets).Select(d => truth.Average(row => row[d]))];
        centred = Array.ConvertAll(truth, row => row.Zip(means, (y, mean) => y - mean).ToArray());
        spread = Array.ConvertAll(centred, row => row.Sum(y => y * y));
        squares = [.. truth.Zip(predicted, (y, p) => y.Zip(p, (a, b) => (a - b) * (a - b)).Sum())];
        absolute = [.. truth.Zip(predicted, (y, p) => y.Zip(p, (a, b) => Math.Abs(a - b)).Sum())];
    }

    /// <returns>Numbers in a target.</returns>
    /// <exception cref="ArgumentException">No examples, or shapes differ.</exception>
    public static int Check(double[][] truth, double[][] predicted)
    {
        if (truth.Length == 0 || truth.Length != predicted.Length)
            throw new ArgumentException($"{truth.Length} targets but {predicted.Length} predictions", nameof(predicted));
        var targets = truth[0].Length;
        for (var i = 0; i < truth.Length; i++)
        {
            if (targets == 0 || truth[i].Length != targets || predicted[i].Length != targets)
                throw new ArgumentException(
                    $"target {i} is not of {targets} numbers, or its prediction is not", nameof(truth));
        }

        return targets;
    }

    /// <summary>NaN when nothing varies.</summary>
    public static double R2(double squares, double spread) => spread > 0 ? 1 - (squares / spread) : double.NaN;

    /// <param name="weights">How often each example counts, with a positive sum.</param>
    public IReadOnlyDictionary<string, double> Figures(int[] weights)
    {
        var sums = new double[targets];
        double total = 0, square = 0, magnitude = 0, around = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            double weight = weights[i];
            total += weight;
            square += weight * squares[i];
            magnitude += weight * absolute[i];
            around += weight * spread[i];
            Add(weight, centred[i], sums);
        }

        // Σ w (y − ȳ_w)² = Σ w y² − (Σ w y)²/Σ w; the y are centred, so that little cancels.
        var variation = around - (sums.Sum(s => s * s) / total);
        return RegressionScores.Named(square / total / targets, magnitude / total / targets, R2(square, variation));
    }

    private static void Add(double weight, double[] row, double[] sums)
    {
        var (factor, d) = (new Vector<double>(weight), 0);
        for (; d <= row.Length - Vector<double>.Count; d += Vector<double>.Count)
            (new Vector<double>(sums, d) + (factor * new Vector<double>(row, d))).CopyTo(sums, d);
        for (; d < row.Length; d++) sums[d] += weight * row[d];
    }
}
