using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// Σ_i log p(v_i | the other visible units), nats, the higher the better (Besag 1975; Hyvärinen 2006). Without hidden units
/// exact; else an estimate, the number of units times the summand of one unit drawn for each example (as scikit-learn's
/// BernoulliRBM), classes summed out. Grey values are drawn as 0 or 1 first.
/// </summary>
public sealed class PseudoLikelihoodTerm() : MachineTerm("pseudoLikelihood")
{
    private readonly EvaluationDraws draws = new(new CounterStream(0, "pseudoLikelihood"));
    private readonly EvaluationDraws bits = new(new CounterStream(0, "pseudoLikelihood/bits"));

    public override bool EvaluationOnly => true;

    /// <summary>Whether a machine's units have a probability in closed form given the others, which are 0 or 1.</summary>
    public static bool Fits(EnergyMachine machine) =>
        machine is Rbm { Options.Kind: VisibleKind.Bernoulli } or BoltzmannMachine { Hidden: 0 };

    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, given) = Read(output);
        if (!Fits(machine))
            throw new InvalidOperationException(
                $"{Name} is known of restricted and of fully visible machines with units of 0 or 1");
        var visible = empty_like(given);
        BernoulliSampler.SampleProbabilities(given, visible, bits.For(output));
        if (machine is BoltzmannMachine general) return general.PseudoLogLikelihood(visible);
        var numbers = UnitDraws.Uniforms([visible.size(0), 1], draws.For(output));
        var unit = (numbers * machine.Visible).to(int64).to(visible.device);
        var flipped = visible.scatter(1, unit, 1 - visible.gather(1, unit));
        // p(v_i | rest) = 1 / (1 + exp(F(v) − F(v with v_i flipped)))
        var odds = machine.DataEnergy(flipped, null) - machine.DataEnergy(visible, null);
        return functional.logsigmoid(odds) * machine.Visible;
    }

    internal override bool IsDue(ModelOutput output) => output.Machine is { } machine && Fits(machine);
}
