using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>Quantities observed together at equal steps of time, in their own units.</summary>
/// <param name="Values">[steps, columns], row after row; NaN where missing.</param>
/// <param name="Files">What the values were read or computed from.</param>
public sealed record Series(string Name, ImmutableArray<string> Columns, float[] Values, IReadOnlyList<DataFile> Files)
{
    public int Steps => Values.Length / Columns.Length;
}
