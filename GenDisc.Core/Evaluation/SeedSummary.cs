namespace GenDisc.Core.Evaluation;

/// <summary>A figure over repetitions of a whole run with other seeds.</summary>
/// <param name="Count">Repetitions.</param>
/// <param name="Deviation">Of the sample (n − 1); NaN below two repetitions.</param>
/// <param name="Interval">Of the mean; NaN below two repetitions.</param>
public sealed record SeedSummary(int Count, double Mean, double Deviation, Interval Interval);
