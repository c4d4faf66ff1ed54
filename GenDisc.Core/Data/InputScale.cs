using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>
/// How the examples of an experiment were brought to the scale that its model sees. The features scaled come first;
/// those after them (indicators and groups of levels of a table) are as they were.
/// </summary>
/// <param name="Columns">What each scaled feature measures.</param>
/// <param name="Scaling">Of each of these, in the units of the column.</param>
/// <param name="Indicators">
/// The column that each feature after the scaled ones is an indicator of: 1 where its cell is missing, which stands as 0
/// in the column itself.
/// </param>
public sealed record InputScale(ImmutableArray<string> Columns, Scaling Scaling, ImmutableArray<string> Indicators)
{
    /// <summary>Whether both scale the same quantities, so that values can be brought from one to the other.</summary>
    public bool Measures(InputScale other) =>
        Columns.SequenceEqual(other.Columns) && Indicators.SequenceEqual(other.Indicators);

    /// <summary>Whether equal values are equally scaled by both.</summary>
    public bool Agrees(InputScale other) =>
        Scaling.Mean.SequenceEqual(other.Scaling.Mean) && Scaling.Deviation.SequenceEqual(other.Scaling.Deviation);
}
