using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>A column of texts and the different texts in it, in ordinal order.</summary>
public sealed record CategoricalLevels(string Name, ImmutableArray<string> Levels);

/// <summary>
/// How a row of a table is laid out as a vector: the numeric columns, standardised; then, for each numeric column with
/// missing cells, 1 where the cell is missing and 0 elsewhere; then one group for each column of texts, 1 at the row's
/// level and 0 elsewhere, all 0 where the cell is missing. The layout follows from the types and texts of the whole
/// file, test rows included: levels name positions and carry no statistic.
/// </summary>
public sealed record TableSchema(
    ImmutableArray<string> NumericColumns,
    ImmutableArray<string> Indicators,
    ImmutableArray<CategoricalLevels> CategoricalColumns,
    string Target,
    ImmutableArray<string> ClassNames)
{
    /// <summary>Numbers before the first group of levels: numeric columns and indicators.</summary>
    public int Numeric => NumericColumns.Length + Indicators.Length;

    /// <summary>The size of each group of levels.</summary>
    public ImmutableArray<int> Levels => [.. CategoricalColumns.Select(column => column.Levels.Length)];

    /// <summary>Length of the vector.</summary>
    public int Width => Numeric + Levels.Sum();

    /// <summary>0 for regression.</summary>
    public int Classes => ClassNames.Length;
}
