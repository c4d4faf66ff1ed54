using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>
/// Ancestral sampling (Ho et al. 2020, algorithm 2): draws from q(x_s | x_t, x̂₀), whose mean and variance are eq. 7, with the
/// latter as σ². In fewer steps than the schedule has, q is that of the schedule's remaining steps (Nichol and Dhariwal 2021,
/// §4, eq. 19).
/// </summary>
/// <param name="Steps">At least 1.</param>
public sealed record Ddpm(int Steps) : DiffusionSampler(Steps)
{
    protected override Tensor Next(in SamplingMove move, Generator draws)
    {
        var (ofData, ofX) = move.Schedule.PosteriorMean(move.From, move.To);
        var variance = move.Schedule.PosteriorVariance(move.From, move.To);
        var mean = (move.Found.Data * ofData) + (move.X * ofX);
        return variance > 0 ? mean + (move.Noise(draws) * Math.Sqrt(variance)) : mean;
    }
}
