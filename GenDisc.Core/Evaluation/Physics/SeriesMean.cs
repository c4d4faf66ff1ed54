namespace GenDisc.Core.Evaluation.Physics;

/// <summary>A figure of a series whose neighbours may be correlated.</summary>
/// <param name="Mean">The figure.</param>
/// <param name="StandardError">Of the figure, the correlation taken into account; NaN for fewer than two values.</param>
/// <param name="Tau">Integrated autocorrelation time, draws; ½ for independent ones.</param>
/// <param name="Effective">Independent draws that would tell as much: n/2τ.</param>
public sealed record SeriesMean(double Mean, double StandardError, double Tau, double Effective)
{
    /// <summary>A figure without error.</summary>
    public static SeriesMean Exact(double value) => new(value, 0, 0.5, double.PositiveInfinity);
}
