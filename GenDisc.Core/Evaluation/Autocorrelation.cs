namespace GenDisc.Core.Evaluation;

/// <summary>How values of a series follow their predecessors.</summary>
/// <param name="Values">By lag, from lag 0 (which is 1); NaN when the series does not vary.</param>
/// <param name="Band">1.96/√n: white noise stays within ± this at 95 of 100 lags.</param>
public sealed record Autocorrelation(double[] Values, double Band);
