namespace GenDisc.Core.Data;

/// <summary>
/// Mean and deviation of each column in one pass without cancellation (Welford 1962). A column of equal values has a
/// deviation of exactly 0.
/// </summary>
internal sealed class ColumnMoments(int columns)
{
    private readonly double[] mean = new double[columns];
    private readonly double[] squares = new double[columns];
    private long rows;

    /// <param name="row">One number a column.</param>
    public void Add(ReadOnlySpan<float> row)
    {
        rows++;
        for (var j = 0; j < columns; j++)
        {
            var from = row[j] - mean[j];
            mean[j] += from / rows;
            squares[j] += from * (row[j] - mean[j]);
        }
    }

    /// <summary>By mean and deviation (divided by n); a constant column is only centred.</summary>
    public Scaling ToScaling() =>
        new([.. mean], [.. squares.Select(sum => sum > 0 ? Math.Sqrt(sum / rows) : 1)]);
}
