using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// −log p(v) of the machine whose turn it is, with classes −log p(v, y), nats, exact: log Z is enumerated, in
/// training for every batch, in evaluation once. Its gradient is ⟨∂E⟩ on data less ⟨∂E⟩ of the machine (Ackley, Hinton and
/// Sejnowski 1985, eq. 8), without any sampling. Grey values are put into the same formula, which gives them no
/// probability.
/// </summary>
public sealed class ExactLikelihoodTerm() : LossTerm("nll")
{
    private readonly KnownPartition known = new();

    /// <inheritdoc cref="ExactBoltzmann.Fits"/>
    public static bool Fits(EnergyMachine machine) => ExactBoltzmann.Fits(machine);

    /// <exception cref="UserError">The machine is too large.</exception>
    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, visible) = (Need(output.Machine), Need(output.Visible));
        var energy = machine is BoltzmannMachine general
            ? ExactBoltzmann.FreeEnergy(general, visible)
            : machine.DataEnergy(visible, machine.Classes > 0 ? Need(batch.Labels) : null);
        return is_grad_enabled() ? energy + ExactBoltzmann.LogPartition(machine) : energy + known.Of(machine);
    }
}
