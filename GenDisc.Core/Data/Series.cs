using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>
/// A series of equal steps in one or more columns: <paramref name="Values"/> is [steps, columns], row-major, finite, in
/// the columns' own units.
/// </summary>
public sealed record Series(string Name, ImmutableArray<string> Columns, float[] Values, IReadOnlyList<DataFile> Files)
{
    public int Steps => Values.Length / Columns.Length;
}
