using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// The partition function of a restricted machine of any size by annealed importance sampling (Neal 2001; Salakhutdinov
/// and Murray 2008): the chains' mean weight is an unbiased estimate of Z / Z_base. Of its logarithm it is on average too
/// low (Jensen), by far when the chains lose track, which error bars from few chains need not show: then log-likelihoods
/// are too high. <see cref="ReverseAis"/> bounds Z from the other side.
/// </summary>
public static class AnnealedImportanceSampling
{
    private const int Points = 100;

    /// <param name="machine">Not changed.</param>
    /// <param name="rates">Of the training data: the path starts from units that know these alone.</param>
    /// <param name="options">Chains and temperatures.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="cancel">Ends the run between two temperatures.</param>
    /// <param name="progress">Told the share of temperatures done, about a hundred times.</param>
    /// <exception cref="UserError">Options are too small, the machine is not finite, or the rates do not fit it.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static PartitionEstimate Estimate(
        Rbm machine,
        BaseRates rates,
        AisOptions options,
        CounterStream stream,
        CancellationToken cancel = default,
        Action<double>? progress = null)
    {
        var betas = options.Schedule();
        using var inference = no_grad();
        using var path = new AnnealedPath(machine, rates, options.Chains, stream);
        path.StartAtBase();
        var trajectory = Walk(path, betas, cancel, progress);
        return PartitionEstimate.Of(path.BaseLogZ, path.LogWeights, trajectory, options.Temperatures, true, stream);
    }

    /// <summary>Steps over the betas in their order.</summary>
    internal static List<TrajectoryPoint> Walk(
        AnnealedPath path, double[] betas, CancellationToken cancel, Action<double>? progress)
    {
        List<TrajectoryPoint> trajectory = [new(betas[0], 0, 0)];
        var told = 0;
        for (var k = 1; k < betas.Length; k++)
        {
            cancel.ThrowIfCancellationRequested();
            path.Step(betas[k - 1], betas[k]);
            var last = k == betas.Length - 1;
            if (last || Math.Abs(betas[k] - trajectory[^1].Beta) >= 1.0 / Points)
                trajectory.Add(PointOf(betas[k], path.LogWeights));
            if (!last && k * (long)Points / (betas.Length - 1) == told) continue;
            told = (int)(k * (long)Points / (betas.Length - 1));
            progress?.Invoke((double)k / (betas.Length - 1));
        }

        return trajectory;
    }

    private static TrajectoryPoint PointOf(double beta, double[] logWeights)
    {
        var mean = logWeights.Average();
        var squares = logWeights.Sum(w => (w - mean) * (w - mean));
        return new TrajectoryPoint(beta, mean, Math.Sqrt(squares / (logWeights.Length - 1)));
    }
}
