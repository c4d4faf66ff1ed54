namespace GenDisc.Core.Evaluation;

/// <summary>Counts over bins of equal width.</summary>
/// <param name="Edges">One more than bins, rising.</param>
/// <param name="Counts">Values in [edge, next edge), the last bin with its upper edge.</param>
public sealed record Histogram(double[] Edges, long[] Counts)
{
    /// <summary>
    /// One histogram for each group over the same edges: between the least and the largest value of all, around a value
    /// that all share. Values that are not finite are left out.
    /// </summary>
    /// <param name="groups">To be set beside each other.</param>
    /// <param name="bins">At least 1.</param>
    public static Histogram[] Together(double[][] groups, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        double[] finite = [.. groups.SelectMany(values => values).Where(double.IsFinite)];
        var (low, high) = finite.Length == 0 ? (0, 0) : (finite.Min(), finite.Max());
        if (low == high)
        {
            var half = Math.Max(0.5, Math.Abs(low) * 1e-6);
            (low, high) = (low - half, high + half);
        }

        var width = (high - low) / bins;
        double[] edges = [.. Enumerable.Range(0, bins + 1).Select(i => i == bins ? high : low + (i * width))];
        return Array.ConvertAll(groups, values =>
        {
            var counts = new long[bins];
            foreach (var value in values.Where(double.IsFinite))
                counts[Math.Clamp((int)((value - low) / width), 0, bins - 1)]++;
            return new Histogram(edges, counts);
        });
    }
}
