using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>Equal steps of time from 0 to the span, both included: numpy.linspace(0, span, points).</summary>
internal sealed class TimeGrid
{
    /// <summary>So many fit into memory in any series.</summary>
    public const int MostPoints = 10_000_000;

    private readonly double span;

    /// <param name="name">Of the series, for messages.</param>
    /// <param name="span">Above 0.</param>
    /// <param name="points">2 to <see cref="MostPoints"/>.</param>
    /// <exception cref="UserError">Out of range.</exception>
    public TimeGrid(string name, double span, int points)
    {
        if (!(span is > 0 and < double.PositiveInfinity))
            throw new UserError(FormattableString.Invariant(
                $"{name}: the span is {span}, but it must be a time above 0."));
        if (points is < 2 or > MostPoints)
            throw new UserError($"{name}: {points} points, but there must be 2 to {MostPoints}.");
        (this.span, Points, Step) = (span, points, span / (points - 1));
    }

    public int Points { get; }

    public double Step { get; }

    public double this[int i] => i == Points - 1 ? span : i * Step;
}
