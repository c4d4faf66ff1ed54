namespace GenDisc.Core.Data;

/// <summary>Mean and deviation of each column, fed row by row.</summary>
internal sealed class ColumnMoments(int columns)
{
    private readonly Moments[] moments = [.. Enumerable.Range(0, columns).Select(_ => new Moments())];

    /// <param name="row">One number a column; NaN where missing.</param>
    public void Add(ReadOnlySpan<float> row)
    {
        for (var j = 0; j < moments.Length; j++) moments[j].Add(row[j]);
    }

    /// <summary>The first column without a number; -1 when there is none.</summary>
    public int FirstUnknown() => Array.FindIndex(moments, column => column.Count == 0);

    /// <summary>By mean and deviation (divided by n); a constant column is only centred.</summary>
    public Scaling ToScaling() => new([.. moments.Select(column => column.Mean)], [.. moments.Select(column => column.Scale)]);
}
