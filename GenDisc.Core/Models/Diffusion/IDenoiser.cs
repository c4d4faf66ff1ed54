using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>What is behind a noisy example, as far as one knows: E[x₀ | x_t] and E[ε | x_t], which tell the same.</summary>
/// <param name="Data">`[batch, …]`</param>
/// <param name="Noise">`[batch, …]`</param>
public readonly record struct Denoised(Tensor Data, Tensor Noise);

/// <summary>What samplers and bounds are driven by: a trained model, or one that is known in closed form.</summary>
public interface IDenoiser
{
    NoiseSchedule Schedule { get; }

    /// <summary>Looks at examples that all stand at the same step. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="x">x_t, float32 `[batch, …]`, on the model's own scale.</param>
    /// <param name="step">t in 1 … T.</param>
    /// <param name="labels">int64 `[batch]`, or null: not told.</param>
    Denoised At(Tensor x, int step, Tensor? labels);
}
