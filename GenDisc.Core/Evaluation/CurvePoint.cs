namespace GenDisc.Core.Evaluation;

/// <summary>A point of a curve; both coordinates are shares in [0, 1].</summary>
public readonly record struct CurvePoint(double X, double Y);
