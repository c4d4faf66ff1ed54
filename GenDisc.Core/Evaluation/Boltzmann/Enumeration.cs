using GenDisc.Core.Data;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// The exact partition function of a restricted machine with one small layer: that layer's states are enumerated, and the
/// other's summed out in closed form. In double precision.
/// </summary>
public static class Enumeration
{
    private const int BatchSize = 1000;

    /// <summary>Whether the smaller layer can be enumerated. Real visible units cannot, but are summed out.</summary>
    public static bool Fits(Rbm machine) => ExactBoltzmann.Fits(machine);

    /// <summary>log Z(β); of a machine with real visible units infinite at β = 0.</summary>
    /// <param name="machine">Not changed.</param>
    /// <param name="beta">Inverse temperature, at least 0.</param>
    /// <returns>Nats.</returns>
    /// <exception cref="UserError">The machine is too large, or not finite.</exception>
    public static double LogPartition(Rbm machine, double beta = 1)
    {
        if (!Fits(machine)) throw TooLarge(machine);
        var visibly = VisibleFits(machine) && machine.Visible < machine.Hidden;
        return visibly ? LogPartitionByVisible(machine, beta) : LogPartitionByHidden(machine, beta);
    }

    /// <summary>log p(v), classes summed out; for real v the log-density.</summary>
    /// <param name="machine">Not changed.</param>
    /// <param name="visible">`[n, visible]`</param>
    /// <returns>`[n]`, nats.</returns>
    /// <exception cref="UserError">The machine is too large, or not finite.</exception>
    public static double[] LogProbabilities(Rbm machine, Tensor visible)
    {
        var logZ = LogPartition(machine);
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        using var exact = new DoubleRbm(machine);
        var sums = exact.SumOverHidden(visible.detach().to(float64, exact.Device), 1);
        return Numbers(sums - logZ);
    }

    /// <summary>Mean log p(v) of the split's examples.</summary>
    /// <returns>Nats an example.</returns>
    /// <exception cref="UserError">The machine is too large or not finite, or the split is empty or of another size.</exception>
    public static double LogProbability(Rbm machine, Split split)
    {
        ExampleRows.Check(split, machine.Visible);
        var logZ = LogPartition(machine);
        using var inference = no_grad();
        using var exact = new DoubleRbm(machine);
        double sum = 0;
        foreach (var batch in Batches.Sequential(split, BatchSize, exact.Device))
        {
            using var scope = NewDisposeScope();
            using (batch) sum += exact.SumOverHidden(batch.X.flatten(1).to(float64), 1).sum().item<double>();
        }

        return (sum / split.Count) - logZ;
    }

    internal static double LogPartitionByHidden(Rbm machine, double beta)
    {
        CheckBeta(beta);
        using var inference = no_grad();
        using var exact = new DoubleRbm(machine);
        var total = new LogSum();
        foreach (var states in BitPatterns.Blocks(machine.Hidden, exact.Device))
        {
            using var scope = NewDisposeScope();
            total.Add(exact.SumOverVisible(states, beta));
        }

        return total.Value;
    }

    internal static double LogPartitionByVisible(Rbm machine, double beta)
    {
        CheckBeta(beta);
        using var inference = no_grad();
        using var exact = new DoubleRbm(machine);
        var total = new LogSum();
        foreach (var states in BitPatterns.Blocks(machine.Visible, exact.Device))
        {
            using var scope = NewDisposeScope();
            total.Add(exact.SumOverHidden(states, beta));
        }

        return total.Value;
    }

    private static bool VisibleFits(Rbm machine) =>
        machine.Options.Kind == VisibleKind.Bernoulli && machine.Visible <= ExactBoltzmann.MostUnits;

    private static void CheckBeta(double beta)
    {
        if (!(beta >= 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "an inverse temperature is finite and at least 0");
    }

    private static double[] Numbers(Tensor values) => values.cpu().data<double>().ToArray();

    private static UserError TooLarge(Rbm machine) =>
        new(
            $"Boltzmann machine of {machine.Visible} visible and {machine.Hidden} hidden units: states can be enumerated of "
            + $"at most {ExactBoltzmann.MostUnits} units in {{0, 1}}. Estimate the partition function by annealed importance sampling.");
}
