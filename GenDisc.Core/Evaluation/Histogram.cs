namespace GenDisc.Core.Evaluation;

/// <summary>Counts over bins of equal width.</summary>
/// <param name="Edges">One more than bins, rising.</param>
/// <param name="Counts">Values in [edge, next edge), the last bin with its upper edge.</param>
public sealed record Histogram(double[] Edges, long[] Counts);
