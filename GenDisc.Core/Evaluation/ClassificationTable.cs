namespace GenDisc.Core.Evaluation;

/// <summary>
/// What scores need of each example, worked out once, so that scoring a resample costs a pass over its weights.
/// </summary>
internal sealed class ClassificationTable
{
    private const double LeastProbability = 1e-15;
    private static readonly int[] Tops = [2, 3, 5];

    private readonly Example[] examples;
    private readonly Ranking[] rankings;

    /// <param name="probabilities">`[examples][classes]`</param>
    /// <exception cref="ArgumentException">No examples, rows of different lengths, or a label outside the classes.</exception>
    public ClassificationTable(double[][] probabilities, int[] labels)
    {
        if (probabilities.Length != labels.Length || labels.Length == 0)
            throw new ArgumentException($"{probabilities.Length} examples but {labels.Length} labels", nameof(labels));
        Classes = probabilities[0].Length;
        examples = new Example[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            if (probabilities[i].Length != Classes)
                throw new ArgumentException(
                    $"example {i} has {probabilities[i].Length} probabilities, not {Classes}", nameof(probabilities));
            if ((uint)labels[i] >= (uint)Classes)
                throw new ArgumentException($"label {labels[i]} of example {i} is none of {Classes} classes", nameof(labels));
            examples[i] = Example.Of(probabilities[i], labels[i]);
        }

        rankings =
        [
            .. Enumerable.Range(0, Classes).Select(k => new Ranking(
                Array.ConvertAll(probabilities, p => p[k]), Array.ConvertAll(labels, label => label == k))),
        ];
    }

    public int Classes { get; }

    /// <param name="weights">How often each example counts, with a positive sum.</param>
    /// <param name="ranked">Whether to work out areas under curves, which are NaN otherwise.</param>
    public ClassificationScores Scores(int[] weights, bool ranked)
    {
        var (right, predicted, support) = (new long[Classes], new long[Classes], new long[Classes]);
        var bins = new Bin[Calibration.DefaultBins];
        var ranks = new long[Tops[^1]];
        long total = 0;
        double loss = 0, brier = 0;
        for (var i = 0; i < examples.Length; i++)
        {
            ref readonly var example = ref examples[i];
            long weight = weights[i];
            total += weight;
            loss += weight * example.Loss;
            brier += weight * example.Brier;
            support[example.Label] += weight;
            predicted[example.Predicted] += weight;
            if (example.Predicted == example.Label) right[example.Label] += weight;
            if (example.Rank < ranks.Length) ranks[example.Rank] += weight;
            ref var bin = ref bins[example.Bin];
            bin.Weight += weight;
            bin.Confidence += weight * example.Confidence;
            if (example.Predicted == example.Label) bin.Right += weight;
        }

        var (roc, precisionRecall) = Areas(weights, ranked);
        var (precision, recall, f1) = (new double[Classes], new double[Classes], new double[Classes]);
        for (var k = 0; k < Classes; k++)
        {
            precision[k] = (double)right[k] / predicted[k];
            recall[k] = (double)right[k] / support[k];
            f1[k] = 2.0 * right[k] / (support[k] + predicted[k]);
        }

        return new ClassificationScores
        {
            Accuracy = (double)right.Sum() / total,
            LogLoss = loss / total,
            Brier = brier / total,
            MacroPrecision = OverOccurring(support, k => predicted[k] == 0 ? 0 : precision[k]),
            MacroRecall = OverOccurring(support, k => recall[k]),
            MacroF1 = OverOccurring(support, k => f1[k]),
            TopK = Tops.Where(k => k < Classes).ToDictionary(k => k, k => (double)ranks.Take(k).Sum() / total),
            RocAucMacro = Classes == 2 ? roc[1] : OverOccurring(support, k => roc[k]),
            PrAucMacro = Classes == 2 ? precisionRecall[1] : OverOccurring(support, k => precisionRecall[k]),
            Ece = bins.Sum(b => Math.Abs(b.Right - b.Confidence)) / total,
            Mce = bins.Max(b => b.Weight == 0 ? 0 : Math.Abs(b.Right - b.Confidence) / b.Weight),
            Precision = precision,
            Recall = recall,
            F1 = f1,
            Support = support,
            RocAuc = roc,
            PrAuc = precisionRecall,
        };
    }

    private static double OverOccurring(long[] support, Func<int, double> figure) =>
        Enumerable.Range(0, support.Length).Where(k => support[k] > 0).Average(figure);

    private (double[] Roc, double[] Precision) Areas(int[] weights, bool ranked)
    {
        var (roc, precision) = (new double[Classes], new double[Classes]);
        for (var k = 0; k < Classes; k++)
            (roc[k], precision[k]) = ranked ? rankings[k].Areas(weights) : (double.NaN, double.NaN);
        return (roc, precision);
    }

    private struct Bin
    {
        public long Weight;
        public long Right;
        public double Confidence;
    }

    /// <param name="Rank">Classes more probable than the true one, equal ones of lower number included.</param>
    private readonly record struct Example(
        int Label, int Predicted, int Rank, int Bin, double Confidence, double Loss, double Brier)
    {
        public static Example Of(double[] probabilities, int label)
        {
            var top = Calibration.IndexOfTop(probabilities);
            var truth = probabilities[label];
            var rank = 0;
            double brier = 0;
            for (var k = 0; k < probabilities.Length; k++)
            {
                var error = probabilities[k] - (k == label ? 1 : 0);
                brier += error * error;
                if (probabilities[k] > truth || (probabilities[k] == truth && k < label)) rank++;
            }

            return new Example(
                label,
                top,
                rank,
                Calibration.BinOf(probabilities[top], Calibration.DefaultBins),
                probabilities[top],
                -Math.Log(Math.Max(truth, LeastProbability)),
                brier);
        }
    }
}
