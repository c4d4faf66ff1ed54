using GenDisc.Core.Models.Diffusion;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>With which probability each step of a schedule is looked at in a sum over all of them.</summary>
public sealed class StepDistribution
{
    // keeps the weight 1 / q(t) of a step bounded, however wrong the guess of its share
    private const double Uniform = 0.1;
    private readonly double[] probability;
    private readonly double[] cumulative;
    private readonly int first;

    /// <param name="first">The lowest step, at least 1.</param>
    /// <param name="shares">Of step <paramref name="first"/> on, each at least 0 and finite; a tenth goes to all alike.</param>
    /// <exception cref="ArgumentException">There are none, or one is negative or not finite.</exception>
    public StepDistribution(int first, IReadOnlyList<double> shares)
    {
        if (shares.Count == 0 || shares.Any(s => !(s >= 0) || double.IsInfinity(s)))
            throw new ArgumentException("every step has a finite share of at least 0", nameof(shares));
        this.first = first;
        var total = shares.Sum();
        probability = new double[shares.Count];
        cumulative = new double[shares.Count];
        var sum = 0.0;
        for (var i = 0; i < probability.Length; i++)
        {
            var own = total > 0 ? shares[i] / total : 1.0 / probability.Length;
            probability[i] = ((1 - Uniform) * own) + (Uniform / probability.Length);
            cumulative[i] = sum += probability[i];
        }
    }

    /// <summary>The lowest step.</summary>
    public int First => first;

    /// <summary>The highest step.</summary>
    public int Last => first + probability.Length - 1;

    /// <summary>
    /// Steps 2 … T by what they add to the bound of unit-variance Gaussian data:
    /// (SNR(t−1) − SNR(t)) / (1 + SNR(t)), as E‖x₀ − x̂₀‖² = 1 / (1 + SNR) of each number. Steps beyond the first only; T ≥ 2.
    /// </summary>
    public static StepDistribution OfUnitData(NoiseSchedule schedule) =>
        new(2, [.. Enumerable.Range(2, schedule.Steps - 1).Select(t => (schedule.SignalToNoise(t - 1) - schedule.SignalToNoise(t)) / (1 + schedule.SignalToNoise(t)))]);

    /// <summary>q(t), from <see cref="First"/> to <see cref="Last"/>.</summary>
    public double Probability(int step) => probability[step - first];

    /// <summary>The step at which the distribution passes <paramref name="u"/> in [0, 1).</summary>
    public int At(double u)
    {
        var place = Array.BinarySearch(cumulative, u);
        // at a boundary the next step begins
        place = place >= 0 ? place + 1 : ~place;
        return first + Math.Min(place, cumulative.Length - 1);
    }
}
