using GenDisc.Core.Models.Diffusion;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>What an error ‖x₀ − x̂₀‖² at a step costs, in nats.</summary>
public static class BoundWeights
{
    /// <summary>
    /// ½ (SNR(t−1) − SNR(t)) for t ≥ 2 (Kingma et al. 2021, eq. 14; Ho et al. 2020, eq. 8, with the posterior's variance), and
    /// ½ / β₁ for t = 1, where a Gaussian of variance β₁ decodes (Ho et al. 2020, §3.2).
    /// </summary>
    /// <param name="schedule">Of the noise.</param>
    /// <param name="step">t in 1 … T.</param>
    public static double Of(NoiseSchedule schedule, int step) =>
        step == 1 ? 0.5 / schedule.Beta(1) : 0.5 * (schedule.SignalToNoise(step - 1) - schedule.SignalToNoise(step));

    /// <summary>
    /// A weight that makes every step's error of the noise count alike (Ho et al. 2020, eq. 14; Li et al. 2023, eq. 9):
    /// ½ c SNR(t), with the c by which it agrees with the bound where log SNR falls evenly.
    /// </summary>
    /// <param name="schedule">Of the noise.</param>
    /// <param name="step">t in 1 … T.</param>
    public static double Simple(NoiseSchedule schedule, int step)
    {
        var range = Math.Log(schedule.SignalToNoise(1)) - Math.Log(schedule.SignalToNoise(schedule.Steps));
        return 0.5 * schedule.SignalToNoise(step) * (schedule.Steps > 1 ? range / (schedule.Steps - 1) : 1);
    }

    /// <summary>
    /// A weight that makes every step's error of the signal √ᾱ_t x₀ count alike: ½ ᾱ_t = ½ SNR(t) / (1 + SNR(t)). Where there
    /// is little noise it falls behind <see cref="Simple"/>, whose errors there hold no class.
    /// </summary>
    /// <param name="schedule">Of the noise.</param>
    /// <param name="step">t in 1 … T.</param>
    public static double Signal(NoiseSchedule schedule, int step) => 0.5 * schedule.Signal(step) * schedule.Signal(step);
}
