namespace GenDisc.Core.Evaluation;

/// <summary>Ends of a confidence interval, in the units of the figure it belongs to; NaN where there is none.</summary>
public sealed record Interval(double Low, double High);
