namespace GenDisc.Core.Evaluation;

/// <summary>A test of a series for autocorrelation.</summary>
/// <param name="Statistic">Q, about χ² with <paramref name="Lags"/> degrees of freedom when there is none.</param>
/// <param name="PValue">Chance of so large a statistic when there is none.</param>
public sealed record LjungBoxTest(double Statistic, int Lags, double PValue);
