namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>What a stretch of noise levels adds to a bound.</summary>
/// <param name="First">Its lowest step t.</param>
/// <param name="Last">Its highest step t.</param>
/// <param name="Nats">Mean over examples.</param>
public readonly record struct BoundLevel(int First, int Last, double Nats);
