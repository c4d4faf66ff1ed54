namespace GenDisc.Core.Evaluation;

/// <summary>Whether probabilities are what they claim, and the one-parameter mend (Guo et al. 2017).</summary>
public static class Calibration
{
    /// <summary>Bins of the reliability diagram and of the expected calibration error.</summary>
    public const int DefaultBins = 15;

    /// <summary>
    /// Examples that a temperature should be fitted on at least: of fewer only a handful are mistaken, and theirs is the
    /// say.
    /// </summary>
    public const int FewestExamples = 50;

    private const double HighestInverse = 100;
    private const double LowestInverse = 0.01;

    // Each halves ln β's bracket of 9.2: to within 1e-14.
    private const int Halvings = 50;

    /// <summary>Equal-width bins of the top probability, lowest first, empty ones included.</summary>
    /// <param name="probabilities">`[examples][classes]`</param>
    public static ReliabilityBin[] Bins(double[][] probabilities, int[] labels, int bins = DefaultBins)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        if (probabilities.Length != labels.Length)
            throw new ArgumentException($"{probabilities.Length} examples but {labels.Length} labels", nameof(labels));
        var (counts, confidence, right) = (new long[bins], new double[bins], new long[bins]);
        for (var i = 0; i < labels.Length; i++)
        {
            var top = IndexOfTop(probabilities[i]);
            var bin = BinOf(probabilities[i][top], bins);
            counts[bin]++;
            confidence[bin] += probabilities[i][top];
            if (top == labels[i]) right[bin]++;
        }

        return
        [
            .. Enumerable.Range(0, bins).Select(b => new ReliabilityBin(
                (double)b / bins,
                (double)(b + 1) / bins,
                counts[b],
                confidence[b] / counts[b],
                (double)right[b] / counts[b])),
        ];
    }

    /// <summary>
    /// The T &gt; 0 whose softmax(z / T) has the least cross-entropy to the labels (Guo et al. 2017, eq. 9). The loss
    /// is convex in β = 1/T; the zero of its slope Σ (E_p[z] − z_y) is found by halving in ln β.
    /// </summary>
    /// <param name="logits">`[examples][classes]`, of examples that training did not see.</param>
    /// <returns>
    /// In [0.01, 100]. 1 where no temperature is best: no examples, equal logits, logits that are not finite, or every
    /// example right, so that ever lower temperatures fit ever better.
    /// </returns>
    public static double Temperature(float[][] logits, int[] labels)
    {
        if (logits.Length != labels.Length)
            throw new ArgumentException($"{logits.Length} examples but {labels.Length} labels", nameof(labels));
        if (!HasBest(logits, labels)) return 1;
        if (Slope(logits, labels, LowestInverse) >= 0) return 1 / LowestInverse;
        if (Slope(logits, labels, HighestInverse) <= 0) return 1 / HighestInverse;
        double low = Math.Log(LowestInverse), high = Math.Log(HighestInverse);
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            if (Slope(logits, labels, Math.Exp(middle)) < 0) low = middle;
            else high = middle;
        }

        return Math.Exp(-(low + high) / 2);
    }

    /// <summary>First of the largest.</summary>
    internal static int IndexOfTop(double[] probabilities)
    {
        var top = 0;
        for (var k = 1; k < probabilities.Length; k++)
        {
            if (probabilities[k] > probabilities[top]) top = k;
        }

        return top;
    }

    /// <summary>The m with <paramref name="confidence"/> in (m/bins, (m+1)/bins].</summary>
    internal static int BinOf(double confidence, int bins) => Math.Clamp((int)Math.Ceiling(confidence * bins) - 1, 0, bins - 1);

    private static bool HasBest(float[][] logits, int[] labels)
    {
        var mistaken = false;
        for (var i = 0; i < labels.Length; i++)
        {
            foreach (var logit in logits[i])
            {
                if (!float.IsFinite(logit)) return false;
                mistaken |= logit > logits[i][labels[i]];
            }
        }

        return mistaken;
    }

    private static double Slope(float[][] logits, int[] labels, double inverse)
    {
        double slope = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits[i];
            double most = float.NegativeInfinity, sum = 0, weighted = 0;
            foreach (var logit in row) most = Math.Max(most, logit);
            foreach (var logit in row)
            {
                var likelihood = Math.Exp(inverse * (logit - most));
                sum += likelihood;
                weighted += likelihood * (logit - most);
            }

            slope += (weighted / sum) - (row[labels[i]] - most);
        }

        return slope;
    }
}
