using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>A trained model guided by another weight than its own.</summary>
/// <param name="model">Stays its owner's.</param>
/// <param name="weight">See <see cref="DiffusionOptions.Guidance"/>.</param>
public sealed class GuidedDenoiser(DiffusionModel model, double weight) : IDenoiser
{
    public NoiseSchedule Schedule => model.Schedule;

    /// <inheritdoc/>
    public Denoised At(Tensor x, int step, Tensor? labels) => model.Guided(x, step, labels, weight);
}
