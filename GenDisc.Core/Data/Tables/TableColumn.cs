using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>A column of numbers in their own units, one a row; NaN where missing.</summary>
internal sealed record NumericColumn(string Name, double[] Values)
{
    public bool HasGaps { get; } = Array.Exists(Values, double.IsNaN);
}

/// <summary>A column of texts: the level of each row, -1 where missing.</summary>
internal sealed record CategoricalColumn(string Name, ImmutableArray<string> Levels, int[] Rows);

/// <summary>What is to be predicted, one a row: classes with a label each, or numbers in their own units.</summary>
internal sealed record TargetColumn(string Name, ImmutableArray<string> ClassNames, int[] Labels, double[] Values)
{
    public bool IsClasses => !ClassNames.IsEmpty;
}
