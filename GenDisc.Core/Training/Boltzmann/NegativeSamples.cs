using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>The states of its own that a machine's data are set against. None of them carries a gradient.</summary>
internal static class NegativeSamples
{
    /// <summary>For learning: chains that are kept move on.</summary>
    /// <returns>`[samples, stateSize]`; of chains that are kept a view of them, until they move again.</returns>
    /// <exception cref="InvalidOperationException">The machine keeps no such chains.</exception>
    public static Tensor Next(NegativePhase phase, EnergyMachine machine, Tensor visible, Tensor? labels, CounterStream stream)
    {
        if (phase.Kind == NegativePhaseKind.Contrastive) return Contrastive(phase, machine, visible, labels, stream);
        var chains = Kept(phase, machine);
        stream.Position = machine.ChainsPosition;
        if (phase.Kind == NegativePhaseKind.Persistent) machine.Advance(chains, phase.Steps, stream);
        else Tempering.Advance(machine, chains, phase.Steps, stream);
        machine.ChainsPosition = stream.Position;
        return Present(phase, machine);
    }

    /// <summary>The samples as they are: of chains that are kept, without moving them.</summary>
    /// <inheritdoc cref="Next" path="/exception"/>
    public static Tensor Present(NegativePhase phase, EnergyMachine machine) =>
        Kept(phase, machine).narrow(0, 0, phase.Chains);

    public static Tensor Contrastive(
        NegativePhase phase, EnergyMachine machine, Tensor visible, Tensor? labels, CounterStream stream)
    {
        var states = machine.StateOf(visible, labels, stream);
        machine.Advance(states, phase.Steps, stream);
        return states;
    }

    /// <exception cref="InvalidOperationException">The machine keeps no such chains.</exception>
    public static Tensor Kept(NegativePhase phase, EnergyMachine machine)
    {
        if (machine.Chains is not { } chains)
            throw new InvalidOperationException("the machine keeps no chains: KeepChains comes before training");
        if (chains.size(0) != phase.KeptStates)
            throw new InvalidOperationException($"the machine keeps {chains.size(0)} states, its learning asks for {phase.KeptStates}");
        return chains;
    }
}
