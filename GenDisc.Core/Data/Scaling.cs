using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>x ↦ (x − Mean_j) / Deviation_j for each column j, as fitted on training examples alone.</summary>
/// <param name="Mean">One number a column, in the column's own units.</param>
/// <param name="Deviation">One number a column, above 0, in the column's own units.</param>
public sealed record Scaling(ImmutableArray<double> Mean, ImmutableArray<double> Deviation)
{
    public int Columns => Mean.Length;

    /// <summary>Into units of the training deviation.</summary>
    public double Apply(int column, double value) => (value - Mean[column]) / Deviation[column];

    /// <summary>Back into the column's own units.</summary>
    public double Undo(int column, double scaled) => Mean[column] + (Deviation[column] * scaled);
}
