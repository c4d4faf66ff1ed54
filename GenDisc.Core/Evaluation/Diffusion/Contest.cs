namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// The classes of one example, and what each draw cost those that were left at it. Draws are shared, so classes are compared
/// draw by draw.
/// </summary>
internal sealed class Contest
{
    private readonly double[][] costs;
    private readonly int[] seen;
    private readonly List<int> left;
    private readonly double[] behind;

    /// <param name="classes">At least 1.</param>
    /// <param name="most">Draws at most.</param>
    public Contest(int classes, int most)
    {
        costs = [.. Enumerable.Range(0, classes).Select(_ => new double[most])];
        seen = new int[classes];
        left = [.. Enumerable.Range(0, classes)];
        behind = new double[classes];
    }

    /// <summary>Classes that are left, ascending.</summary>
    public IReadOnlyList<int> Left => left;

    public int Draws { get; private set; }

    public int Looks { get; private set; }

    /// <summary>The first of the cheapest among those left.</summary>
    public int Best => left.MinBy(Total);

    /// <summary>One more draw.</summary>
    /// <param name="cost">What it cost each class that is left, in their order.</param>
    public void Add(ReadOnlySpan<double> cost)
    {
        for (var i = 0; i < left.Count; i++)
        {
            costs[left[i]][Draws] = cost[i];
            seen[left[i]] = Draws + 1;
        }

        Draws++;
        Looks += left.Count;
    }

    /// <summary>Drops classes that cost more than the best by a paired t-test; needs two draws.</summary>
    /// <param name="threshold">The t from which on a class goes.</param>
    public void Drop(double threshold)
    {
        var best = Best;
        left.RemoveAll(k =>
        {
            if (k == best || !IsBehind(k, best, threshold)) return false;
            behind[k] = MeanDifference(k, best);
            return true;
        });
    }

    /// <summary>
    /// Minus the mean cost above the best's, over the draws that both have; the best's is 0. A class that was dropped stays at
    /// least as far behind as it then was, whoever is in front now.
    /// </summary>
    public float[] Scores()
    {
        var best = Best;
        return [.. costs.Select((_, k) => (float)Math.Min(-behind[k], -MeanDifference(k, best)))];
    }

    private double Total(int k)
    {
        var total = 0.0;
        for (var j = 0; j < Draws; j++) total += costs[k][j];
        return total;
    }

    private double MeanDifference(int k, int best)
    {
        var total = 0.0;
        for (var j = 0; j < seen[k]; j++) total += costs[k][j] - costs[best][j];
        return total / Math.Max(1, seen[k]);
    }

    private bool IsBehind(int k, int best, double threshold)
    {
        var (mean, squares) = (MeanDifference(k, best), 0.0);
        for (var j = 0; j < Draws; j++)
        {
            var off = costs[k][j] - costs[best][j] - mean;
            squares += off * off;
        }

        return mean > threshold * Math.Sqrt(squares / (Draws - 1) / Draws);
    }
}
