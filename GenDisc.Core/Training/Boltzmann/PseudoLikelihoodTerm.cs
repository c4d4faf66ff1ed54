using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// An estimate of Σ_i log p(v_i | the other visible units), nats, the higher the better: the number of units times the
/// summand of one unit drawn for each example (Besag 1975; Hyvärinen 2006; as scikit-learn's BernoulliRBM). Classes are
/// summed out.
/// </summary>
public sealed class PseudoLikelihoodTerm() : MachineTerm("pseudoLikelihood")
{
    private readonly EvaluationDraws draws = new(new CounterStream(0, "pseudoLikelihood"));

    public override bool EvaluationOnly => true;

    /// <summary>Whether a machine's units have a probability in closed form given the others, which are 0 or 1.</summary>
    public static bool Fits(EnergyMachine machine) => machine is Rbm { Options.Kind: VisibleKind.Bernoulli };

    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, visible, _) = Read(output, batch);
        if (!Fits(machine)) throw new InvalidOperationException($"{Name} is known of restricted machines with units of 0 or 1");
        var numbers = empty(visible.size(0), 1, dtype: ScalarType.Float32);
        BernoulliSampler.Fill(numbers, draws.For(output));
        var unit = (numbers * machine.Visible).to(int64).to(visible.device);
        var flipped = visible.scatter(1, unit, 1 - visible.gather(1, unit));
        // p(v_i | rest) = 1 / (1 + exp(F(v) − F(v with v_i flipped)))
        var odds = machine.DataEnergy(flipped, null) - machine.DataEnergy(visible, null);
        return functional.logsigmoid(odds) * machine.Visible;
    }

    internal override bool IsDue(ModelOutput output) => output.Machine is { } machine && Fits(machine);
}
