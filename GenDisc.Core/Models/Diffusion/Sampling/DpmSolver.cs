using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>
/// DPM-Solver++ 2M (Lu et al. 2022, algorithm 2), a second-order multistep solver of the probability flow in
/// λ = ½ log(ᾱ / (1 − ᾱ)): x_s = σ_s/σ_t x_t − √ᾱ_s (e^{−h} − 1) D with h = λ_s − λ_t, D = x̂₀ + h/(2 h′) (x̂₀ − x̂₀′), where a dash
/// is the move before. Nothing is drawn. The first move, which knows no other, and that to step 0, where λ is infinite, are of
/// first order; in a few steps that before the last is, too, as it would go beyond what it knows.
/// </summary>
/// <param name="Steps">At least 1.</param>
public sealed record DpmSolver(int Steps) : DiffusionSampler(Steps)
{
    /// <summary>Fewer steps are few (as in the authors' program).</summary>
    public const int Few = 15;

    protected override Tensor Next(in SamplingMove move, Generator draws)
    {
        if (move.To == 0) return move.Found.Data.alias();
        var schedule = move.Schedule;
        var step = Lambda(schedule, move.To) - Lambda(schedule, move.From);
        var data = move.Found.Data;
        if (move.Before is { } before && !(move.Count < Few && move.Index == move.Count - 2))
        {
            var last = Lambda(schedule, move.From) - Lambda(schedule, move.Previous);
            data = data + ((data - before) * (step / (2 * last)));
        }

        var ofX = schedule.Noise(move.To) / schedule.Noise(move.From);
        return (move.X * ofX) - (data * (schedule.Signal(move.To) * (Math.Exp(-step) - 1)));
    }

    /// <summary>λ_t, half the logarithm of the signal-to-noise ratio.</summary>
    private static double Lambda(NoiseSchedule schedule, int t) => Math.Log(schedule.SignalToNoise(t)) / 2;
}
