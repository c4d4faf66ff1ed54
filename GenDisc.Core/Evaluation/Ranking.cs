namespace GenDisc.Core.Evaluation;

/// <summary>Examples by score, sorted once, so that areas under curves cost one pass for each set of weights.</summary>
internal sealed class Ranking
{
    private readonly Entry[] entries;

    /// <param name="scores">One an example; higher speaks for a positive.</param>
    /// <param name="positives">Which examples are.</param>
    public Ranking(double[] scores, bool[] positives)
    {
        if (scores.Length != positives.Length)
            throw new ArgumentException($"{scores.Length} scores but {positives.Length} examples", nameof(positives));
        var order = Enumerable.Range(0, scores.Length).ToArray();
        var sorted = scores.ToArray();
        Array.Sort(sorted, order);
        entries = new Entry[order.Length];
        for (var i = 0; i < order.Length; i++)
            entries[i] = new Entry(order[i], positives[order[i]], i + 1 == order.Length || sorted[i + 1] != sorted[i]);
    }

    /// <summary>
    /// Roc: the share of pairs of a positive and a negative in which the positive scores higher, ties counting half
    /// (Mann and Whitney 1947; Hanley and McNeil 1982); NaN unless both occur. Precision: average precision
    /// Σ (Rₜ − Rₜ₋₁) Pₜ over falling thresholds t; NaN without positives.
    /// </summary>
    /// <param name="weights">How often each example counts.</param>
    public (double Roc, double Precision) Areas(ReadOnlySpan<int> weights)
    {
        long positives = 0, negatives = 0;
        foreach (var entry in entries)
        {
            if (entry.Positive) positives += weights[entry.Example];
            else negatives += weights[entry.Example];
        }

        long positivesBelow = 0, negativesBelow = 0, positivesHere = 0, negativesHere = 0;
        double wins = 0, precision = 0;
        foreach (var entry in entries)
        {
            if (entry.Positive) positivesHere += weights[entry.Example];
            else negativesHere += weights[entry.Example];
            if (!entry.EndsTie) continue;
            if (positivesHere > 0)
            {
                var found = positives - positivesBelow;
                wins += positivesHere * (negativesBelow + (0.5 * negativesHere));
                precision += positivesHere * ((double)found / (found + negatives - negativesBelow));
            }

            positivesBelow += positivesHere;
            negativesBelow += negativesHere;
            positivesHere = negativesHere = 0;
        }

        return (wins / ((double)positives * negatives), precision / positives);
    }

    /// <summary>Positives and negatives that score at least as high as each distinct score, highest first.</summary>
    public IEnumerable<(long Positives, long Negatives)> Counts()
    {
        long positives = 0, negatives = 0;
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i].Positive) positives++;
            else negatives++;
            if (i == 0 || entries[i - 1].EndsTie) yield return (positives, negatives);
        }
    }

    /// <param name="EndsTie">Whether the next entry scores higher.</param>
    private readonly record struct Entry(int Example, bool Positive, bool EndsTie);
}
