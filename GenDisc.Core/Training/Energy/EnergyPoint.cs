namespace GenDisc.Core.Training.Energy;

/// <summary>Where the energies stood in training.</summary>
/// <param name="Step">Since training began, from 1; steps that were taken back count.</param>
/// <param name="Data">Mean energy of the batch, nats.</param>
/// <param name="Samples">Mean energy of the model's samples, nats.</param>
public readonly record struct EnergyPoint(long Step, double Data, double Samples);
