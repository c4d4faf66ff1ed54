using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// How much more likely a machine makes examples than independent units do: the mean of the paired difference of
/// log-probabilities, nats an example.
/// </summary>
/// <param name="Mean">Above 0 where the machine is better.</param>
/// <param name="StandardError">Over the choice of examples and of log Z; NaN of a single example.</param>
public sealed record Advantage(double Mean, double StandardError)
{
    /// <param name="machine">Not changed.</param>
    /// <param name="split">To evaluate.</param>
    /// <param name="logZ">Of the machine, nats.</param>
    /// <param name="partitionError">Its standard error.</param>
    /// <param name="rates">Of the training data.</param>
    /// <param name="kind">Of the visible units.</param>
    /// <param name="binarise">Draws grey values once as 0 or 1; null takes numbers as they are.</param>
    /// <exception cref="UserError">The split is empty or of another size.</exception>
    public static Advantage Of(
        EnergyMachine machine,
        Split split,
        double logZ,
        double partitionError,
        BaseRates rates,
        VisibleKind kind,
        CounterStream? binarise = null)
    {
        var energies = FreeEnergies.Of(machine, split, binarise);
        var units = IndependentPixels.LogProbabilities(rates, kind, split);
        var differences = new double[energies.Length];
        for (var i = 0; i < differences.Length; i++) differences[i] = -energies[i] - logZ - units[i];
        var (mean, variance) = FreeEnergies.Moments(differences);
        return new Advantage(mean, Math.Sqrt((variance / split.Count) + (partitionError * partitionError)));
    }
}
