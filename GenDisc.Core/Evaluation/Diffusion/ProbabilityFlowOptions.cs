namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>How the probability flow is followed.</summary>
/// <param name="Knots">Steps of the schedule that it is followed over, at most all.</param>
/// <param name="LogScale">As <see cref="VariationalBoundOptions.LogScale"/>.</param>
/// <param name="Probes">Random directions that estimate the divergence of larger examples.</param>
public sealed record ProbabilityFlowOptions(int Knots = 150, double LogScale = 0, int Probes = 4);
