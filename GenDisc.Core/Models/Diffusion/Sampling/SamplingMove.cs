using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>One move of a sampler, from step t to an earlier one s.</summary>
/// <param name="Schedule">Of the noise.</param>
/// <param name="Index">Of the move, from 0.</param>
/// <param name="Count">Moves in all.</param>
/// <param name="Previous">Step before t; of the first move t itself.</param>
/// <param name="From">t in 1 … T</param>
/// <param name="To">s in 0 … t − 1</param>
/// <param name="X">x_t, `[batch, …]`</param>
/// <param name="Found">What the denoiser says of it.</param>
/// <param name="Before">What it said of x₀ at the previous step; null in the first move.</param>
public readonly record struct SamplingMove(
    NoiseSchedule Schedule, int Index, int Count, int Previous, int From, int To, Tensor X, Denoised Found, Tensor? Before)
{
    /// <summary>N(0, I) in the shape of x_t.</summary>
    public Tensor Noise(Generator draws) => randn(X.shape, device: X.device, generator: draws);
}
