using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>Mean log-probability of examples under a machine, −F(v) − log Z, in nats an example.</summary>
/// <param name="Mean">Of real data, a log-density. Classes are summed out.</param>
/// <param name="SamplingError">Standard error over the choice of examples; NaN of a single one.</param>
/// <param name="PartitionError">Standard error of log Z, which shifts all examples alike; 0 when it is exact.</param>
/// <param name="Count">Examples.</param>
/// <param name="IsBound">
/// Whether <paramref name="Mean"/> is a lower bound, F(v) being one from above by mean-field inference: of a general
/// machine with too many states to sum over, whose hidden units are coupled.
/// </param>
public sealed record LogLikelihood(
    double Mean, double SamplingError, double PartitionError, int Count, bool IsBound = false)
{
    /// <summary>Of <see cref="Mean"/>: both errors, which are independent.</summary>
    public double StandardError => Math.Sqrt((SamplingError * SamplingError) + (PartitionError * PartitionError));

    /// <param name="machine">Not changed.</param>
    /// <param name="split">To evaluate.</param>
    /// <param name="logZ">Of the machine, nats.</param>
    /// <param name="partitionError">Its standard error.</param>
    /// <param name="binarise">
    /// Draws grey values once as 0 or 1; null takes numbers as they are, which of grey values is no log-probability.
    /// </param>
    /// <exception cref="UserError">The split is empty or of another size.</exception>
    public static LogLikelihood Of(
        EnergyMachine machine, Split split, double logZ, double partitionError = 0, CounterStream? binarise = null)
    {
        var (mean, variance) = FreeEnergies.Moments(FreeEnergies.Of(machine, split, binarise));
        return new LogLikelihood(
            -mean - logZ, Math.Sqrt(variance / split.Count), partitionError, split.Count, FreeEnergies.AreBounds(machine));
    }

    /// <inheritdoc cref="Of(EnergyMachine, Split, double, double, CounterStream)"/>
    /// <param name="partition">The larger of its two standard errors counts.</param>
    public static LogLikelihood Of(
        EnergyMachine machine, Split split, PartitionEstimate partition, CounterStream? binarise = null) =>
        Of(machine, split, partition.LogZ, Math.Max(partition.StandardError, partition.BootstrapError), binarise);
}
