using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// The path of <see cref="AnnealedImportanceSampling"/> walked backwards from samples of the machine (Burda, Grosse and
/// Salakhutdinov 2015; Grosse, Ghahramani and Adams 2015): the mean weight is an unbiased estimate of Z_base / Z, so that
/// log Z is on average too high, and forward and reverse runs hold the true value between them.
/// </summary>
/// <remarks>
/// That needs exact samples of the machine. Those of a Gibbs chain that has not reached all of its modes are none: then
/// the bound may fail, and agreement of the two directions shows no more than that they see the same modes.
/// </remarks>
public static class ReverseAis
{
    /// <param name="machine">Not changed.</param>
    /// <param name="rates">Of the training data, as in the forward run.</param>
    /// <param name="samples">
    /// `[chains, stateSize]`: exact samples, or the ends of long chains, such as persistent ones; not changed. Their number
    /// counts, not that of <paramref name="options"/>.
    /// </param>
    /// <param name="options">Temperatures.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="sweeps">Of Gibbs sampling that the samples are moved by before the path starts, at least 0.</param>
    /// <param name="cancel">Ends the run between two temperatures.</param>
    /// <param name="progress">Told the share of temperatures done, about a hundred times.</param>
    /// <exception cref="UserError">
    /// Options are too small, there are fewer than two samples or they are of another size, the machine is not finite, or
    /// the rates do not fit it.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static PartitionEstimate Estimate(
        Rbm machine,
        BaseRates rates,
        Tensor samples,
        AisOptions options,
        CounterStream stream,
        int sweeps = 0,
        CancellationToken cancel = default,
        Action<double>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sweeps);
        if (samples.dim() != 2 || samples.size(1) != machine.StateSize)
            throw new UserError(
                $"Reverse annealing: samples of shape [{string.Join(", ", samples.shape)}], but a state of the machine holds "
                + $"{machine.StateSize} numbers.");
        var chains = (int)samples.size(0);
        var betas = (options with { Chains = chains }).Schedule();
        Array.Reverse(betas);
        using var inference = no_grad();
        using var path = new AnnealedPath(machine, rates, chains, stream);
        using (var state = samples.detach().to(float32, machine.Weight.device, copy: true).contiguous())
        {
            for (var sweep = 0; sweep < sweeps; sweep++)
            {
                cancel.ThrowIfCancellationRequested();
                machine.Advance(state, 1, stream);
            }

            path.StartAt(state);
        }

        var trajectory = AnnealedImportanceSampling.Walk(path, betas, cancel, progress);
        return PartitionEstimate.Of(path.BaseLogZ, path.LogWeights, trajectory, options.Temperatures, false, stream);
    }
}
