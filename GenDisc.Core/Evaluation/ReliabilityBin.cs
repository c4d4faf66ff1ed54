namespace GenDisc.Core.Evaluation;

/// <summary>Examples whose top probability lies in (<paramref name="Low"/>, <paramref name="High"/>].</summary>
/// <param name="Confidence">Mean top probability; NaN when empty.</param>
/// <param name="Accuracy">Share that is right; NaN when empty.</param>
public readonly record struct ReliabilityBin(double Low, double High, long Count, double Confidence, double Accuracy);
