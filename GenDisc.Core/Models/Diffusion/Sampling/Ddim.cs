using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>
/// Denoising diffusion implicit models (Song, Meng and Ermon 2021, eq. 12 and 16):
/// x_s = √ᾱ_s x̂₀ + √(1 − ᾱ_s − σ²) ε̂ + σ z with σ² = η² (1 − ᾱ_s)/(1 − ᾱ_t) (1 − ᾱ_t/ᾱ_s). At η = 0 the way is a function of its
/// start: nothing is drawn.
/// </summary>
/// <param name="Steps">At least 1.</param>
/// <param name="Eta">η in [0, 1]; at 1 it is <see cref="Ddpm"/>.</param>
public sealed record Ddim(int Steps, double Eta = 0) : DiffusionSampler(Steps)
{
    protected override Tensor Next(in SamplingMove move, Generator draws)
    {
        var kept = move.Schedule.AlphaBar(move.To);
        var variance = Eta * Eta * move.Schedule.PosteriorVariance(move.From, move.To);
        var mean = (move.Found.Data * Math.Sqrt(kept)) + (move.Found.Noise * Math.Sqrt(Math.Max(0, 1 - kept - variance)));
        return variance > 0 ? mean + (move.Noise(draws) * Math.Sqrt(variance)) : mean;
    }
}
