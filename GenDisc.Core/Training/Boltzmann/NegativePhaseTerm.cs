using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Boltzmann;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// What a Boltzmann machine learns from: the energy of the data less the mean energy of states of its own, nats. The
/// gradient of that difference, the states held fixed, is the one of −log p(data) but for the states' error (Ackley,
/// Hinton and Sejnowski 1985). The value itself is no likelihood and need not fall while the machine gets better.
/// </summary>
/// <remarks>
/// The states record no gradient. In evaluation chains that are kept stand still, and contrastive ones are drawn from a
/// stream of their own: looking at a model changes nothing about its training.
/// </remarks>
public sealed class NegativePhaseTerm : MachineTerm
{
    private readonly IReadOnlyList<EnergyMachine> machines;
    private readonly CounterStream[] streams;
    private readonly EvaluationDraws evaluation;

    /// <param name="name">As in the language.</param>
    /// <param name="phase">How states are sampled.</param>
    /// <param name="machines">Those of the model, of which each step teaches the one whose turn it is.</param>
    /// <param name="stream">Draws of the first machine; the others have streams derived from it.</param>
    /// <exception cref="ArgumentException">No machine.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Too few steps or chains.</exception>
    /// <exception cref="UserError">The gradient is not known of such a machine.</exception>
    public NegativePhaseTerm(string name, NegativePhase phase, IReadOnlyList<EnergyMachine> machines, CounterStream stream)
        : base(name)
    {
        if (machines.Count == 0) throw new ArgumentException("a machine is needed", nameof(machines));
        ArgumentOutOfRangeException.ThrowIfLessThan(phase.Steps, phase.Kind == NegativePhaseKind.Tempered ? 2 : 1);
        if (phase.Kind != NegativePhaseKind.Contrastive) ArgumentOutOfRangeException.ThrowIfLessThan(phase.Chains, 1);
        if (phase.Gradient != GradientKind.Plain && machines.Any(machine => machine is not Rbm))
            throw new UserError(
                $"{name} asks for the {phase.Gradient.ToString().ToLowerInvariant()} gradient, which only restricted Boltzmann "
                + "machines have.\nUse the plain gradient.");
        (Phase, this.machines) = (phase, machines);
        streams = [.. machines.Select((_, i) => i == 0 ? stream : stream.Derive($"machine {i}"))];
        evaluation = new EvaluationDraws(stream.Derive("evaluation"));
    }

    public NegativePhase Phase { get; }

    /// <summary>As in evaluation: no chain that is kept moves.</summary>
    /// <exception cref="InvalidOperationException">The machine keeps no chains though its samples are such.</exception>
    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, visible, labels) = Read(output, batch);
        var states = Phase.Kind == NegativePhaseKind.Contrastive
            ? NegativeSamples.Contrastive(Phase, machine, visible, labels, evaluation.For(output))
            : NegativeSamples.Present(Phase, machine);
        return machine.DataEnergy(visible, labels) - machine.StateEnergy(states).mean();
    }

    /// <summary>With new samples.</summary>
    /// <inheritdoc cref="PerExample" path="/exception"/>
    internal override Tensor Learn(ModelOutput output, Batch batch)
    {
        var (machine, visible, labels) = Read(output, batch);
        var states = NegativeSamples.Next(Phase, machine, visible, labels, StreamOf(machine));
        var difference = machine.DataEnergy(visible, labels) - machine.StateEnergy(states).mean();
        return Phase.Gradient == GradientKind.Plain
            ? difference
            : CentredGradient.Of((Rbm)machine, difference, StateOf(machine, visible, labels), states, Phase.Gradient);
    }

    internal override TermValue Evaluate(ModelOutput output, Batch batch, GradientRequest? request)
    {
        if (request is not { } wanted) return base.Evaluate(output, batch, null);
        if (Fused(output, batch, wanted) is { } fused) return fused;
        var sum = Learn(output, batch).sum();
        wanted.Roots.Add(sum, full([], wanted.Scale, dtype: sum.dtype, device: sum.device));
        return new TermValue(sum.ToDouble());
    }

    /// <summary>A step by the kernels; null, and nothing moved, where they cannot take it.</summary>
    private TermValue? Fused(ModelOutput output, Batch batch, GradientRequest request)
    {
        if (Phase.Kind == NegativePhaseKind.Tempered || output.Machine is not Rbm machine) return null;
        var visible = Need(output.Visible);
        var chains = Phase.Kind == NegativePhaseKind.Persistent ? NegativeSamples.Kept(Phase, machine) : null;
        var stream = StreamOf(machine);
        if (chains is not null) stream.Position = machine.ChainsPosition;
        var wanted = (request.Roots, request.Scale);
        (double Data, double States) energies;
        if (machine.Binary is { } binary && binary.Fits(visible) && (chains is null || binary.Fits(chains)))
        {
            energies = Phases.Step(binary, visible, chains, Phase.Steps, stream, wanted, Offsets);
        }
        else if (Phase.Gradient == GradientKind.Plain && machine.Joint is { } joint
            && joint.Fits(visible, Need(batch.Labels)) && (chains is null || joint.Fits(chains)))
        {
            var logits = output.HiddenLogits ?? machine.HiddenLogits(visible);
            energies = JointPhases.Step(joint, visible, batch.Labels!, logits, chains, Phase.Steps, stream, wanted);
        }
        else
        {
            return null;
        }

        if (chains is not null) machine.ChainsPosition = stream.Position;
        return new TermValue(energies.Data - (visible.size(0) * energies.States));
    }

    private UnitOffsets Offsets => Phase.Gradient switch
    {
        GradientKind.Centred => UnitOffsets.Data,
        GradientKind.Enhanced => UnitOffsets.Middle,
        _ => UnitOffsets.None,
    };

    private CounterStream StreamOf(EnergyMachine machine)
    {
        for (var i = 0; i < machines.Count; i++)
            if (ReferenceEquals(machines[i], machine)) return streams[i];
        throw new InvalidOperationException($"the machine whose turn it is is none of those that {Name} was made for");
    }

    /// <summary>The data as states; nothing is left to be drawn.</summary>
    private Tensor StateOf(EnergyMachine machine, Tensor visible, Tensor? labels) =>
        machine.StateOf(visible, labels, StreamOf(machine));
}
