using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>An estimate of a partition function from importance weights. All in nats.</summary>
/// <param name="LogZ">The estimate.</param>
/// <param name="LogZLow">
/// Log of the weights' mean less three standard errors of it, added to <paramref name="BaseLogZ"/>; −∞ where nothing is
/// left of the mean, so that the weights put no lower bound on Z. (Of a reverse run the signs turn round: there
/// <paramref name="LogZHigh"/> may be ∞.)
/// </param>
/// <param name="LogZHigh">The same with three standard errors more.</param>
/// <param name="StandardError">Of log Z by the delta method: deviation/(mean·√chains) of the weights.</param>
/// <param name="BootstrapError">Of log Z, over chains drawn again with replacement; ∞ where weights are not finite.</param>
/// <param name="EffectiveSampleSize">(Σw)²/Σw², in [1, chains]: near 1 a single chain decides, and no error holds.</param>
/// <param name="BaseLogZ">Exact, of the model that the path starts from.</param>
/// <param name="Trajectory">The accumulated log-weights at about a hundred inverse temperatures.</param>
/// <param name="Chains">Independent runs.</param>
/// <param name="Temperatures">Steps of each.</param>
/// <param name="LogWeights">`[chains]`: of Z / Z_base, of a reverse run of Z_base / Z.</param>
public sealed record PartitionEstimate(
    double LogZ,
    double LogZLow,
    double LogZHigh,
    double StandardError,
    double BootstrapError,
    double EffectiveSampleSize,
    double BaseLogZ,
    IReadOnlyList<TrajectoryPoint> Trajectory,
    int Chains,
    int Temperatures,
    double[] LogWeights)
{
    private const int Resamples = 1000;

    /// <summary>
    /// Whether its error bars mean anything: an effective sample size of at least a tenth of the chains, and weights that
    /// bound Z from both sides.
    /// </summary>
    public bool IsReliable =>
        EffectiveSampleSize >= 0.1 * Chains && double.IsFinite(LogZLow) && double.IsFinite(LogZHigh);

    /// <param name="forward">Whether the weights estimate Z / Z_base, or its inverse.</param>
    /// <param name="stream">Draws chains again.</param>
    internal static PartitionEstimate Of(
        double baseLogZ,
        double[] logWeights,
        IReadOnlyList<TrajectoryPoint> trajectory,
        int temperatures,
        bool forward,
        CounterStream stream)
    {
        var chains = logWeights.Length;
        // Relative to the largest, none overflows, and those that vanish carry nothing.
        var highest = logWeights.Max();
        var weights = Array.ConvertAll(logWeights, w => Math.Exp(w - highest));
        var mean = weights.Average();
        var relative = Math.Sqrt(weights.Sum(w => (w - mean) * (w - mean)) / (chains - 1) / chains) / mean;
        var middle = highest + Math.Log(mean);
        var below = relative < 1.0 / 3 ? middle + Math.Log(1 - (3 * relative)) : double.NegativeInfinity;
        var above = middle + Math.Log(1 + (3 * relative));
        return new PartitionEstimate(
            forward ? baseLogZ + middle : baseLogZ - middle,
            forward ? baseLogZ + below : baseLogZ - above,
            forward ? baseLogZ + above : baseLogZ - below,
            relative,
            BootstrapErrorOf(weights, logWeights, stream),
            weights.Sum() * weights.Sum() / weights.Sum(w => w * w),
            baseLogZ,
            trajectory,
            chains,
            temperatures,
            logWeights);
    }

    private static double BootstrapErrorOf(double[] weights, double[] logWeights, CounterStream stream)
    {
        var chains = weights.Length;
        using var numbers = UnitDraws.Uniforms([Resamples, chains], stream);
        var drawn = numbers.data<float>().ToArray();
        var logs = new double[Resamples];
        var highest = logWeights.Max();
        for (var r = 0; r < Resamples; r++)
        {
            double sum = 0;
            for (var i = 0; i < chains; i++) sum += weights[(int)(drawn[(r * chains) + i] * chains)];
            if (sum > 0)
            {
                logs[r] = Math.Log(sum / chains);
                continue;
            }

            // Beside the largest, which none of these is, all underflow: among themselves they do not.
            var total = new LogSum();
            for (var i = 0; i < chains; i++) total.Add(logWeights[(int)(drawn[(r * chains) + i] * chains)]);
            logs[r] = total.Value - highest - Math.Log(chains);
        }

        var mean = logs.Average();
        var error = Math.Sqrt(logs.Sum(l => (l - mean) * (l - mean)) / (Resamples - 1));
        return double.IsFinite(error) ? error : double.PositiveInfinity;
    }
}
