namespace GenDisc.Core.Evaluation.Bayesian;

/// <summary>A bound on log p(x) from so many importance samples.</summary>
/// <param name="Samples">k, at least 1.</param>
/// <param name="Value">Mean over examples, nats.</param>
/// <param name="Error">Standard error of that mean, nats; NaN of one example.</param>
public readonly record struct BoundPoint(int Samples, double Value, double Error);
