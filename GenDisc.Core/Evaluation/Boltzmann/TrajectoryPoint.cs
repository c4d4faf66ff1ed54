namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>How far the log-weights of annealed chains have come.</summary>
/// <param name="Beta">Inverse temperature reached.</param>
/// <param name="Mean">Of the accumulated log-weights over the chains, nats.</param>
/// <param name="Deviation">Theirs, with divisor n − 1, nats.</param>
public sealed record TrajectoryPoint(double Beta, double Mean, double Deviation);
