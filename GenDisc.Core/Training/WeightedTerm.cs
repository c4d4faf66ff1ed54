namespace GenDisc.Core.Training;

/// <summary>A term of the objective with its weight.</summary>
/// <param name="Term">The formula.</param>
/// <param name="WeightAt">Weight in an epoch, counted from 1.</param>
/// <param name="FinalWeight">Weight when every schedule has ended: what validation losses of different epochs share.</param>
public sealed record WeightedTerm(LossTerm Term, Func<int, double> WeightAt, double FinalWeight);
