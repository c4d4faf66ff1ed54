using GenDisc.Core.Runtime;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>How a machine's own states are sampled in learning, and what is made of them.</summary>
/// <param name="Kind">Where chains start.</param>
/// <param name="Steps">Sweeps of Gibbs sampling for each batch, at least 1; tempered: replicas of a chain, at least 2.</param>
/// <param name="Chains">How many; contrastive has as many as the batch and takes no notice.</param>
/// <param name="Gradient">How the gradient is made.</param>
public sealed record NegativePhase(NegativePhaseKind Kind, int Steps, int Chains, GradientKind Gradient = GradientKind.Plain)
{
    /// <summary>States for <see cref="Models.Boltzmann.EnergyMachine.KeepChains"/>; 0 where none are kept.</summary>
    /// <exception cref="UserError">They are too many to be counted.</exception>
    public int KeptStates => Kind switch
    {
        NegativePhaseKind.Contrastive => 0,
        NegativePhaseKind.Persistent => Chains,
        NegativePhaseKind.Tempered when (long)Steps * Chains > Array.MaxLength => throw new UserError(
            $"Boltzmann machine: {Steps} replicas of {Chains} chains are more states than can be kept. Take fewer chains or replicas."),
        NegativePhaseKind.Tempered => Steps * Chains,
        _ => throw new InvalidOperationException($"unknown negative phase {Kind}"),
    };
}
