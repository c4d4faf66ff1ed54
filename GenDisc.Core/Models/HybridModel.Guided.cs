using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Models.Diffusion.Sampling;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>Ways of drawing other than the declared one.</summary>
public sealed partial class HybridModel
{
    /// <summary>
    /// As <see cref="Diffuse"/>, by another sampler or weight of guidance than the model's own: what quality costs in steps, and
    /// what guidance does to it.
    /// </summary>
    /// <param name="sampler">The way from noise to examples.</param>
    /// <param name="guidance">See <see cref="DiffusionOptions.Guidance"/>.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="labels">int64 `[count]`, or null: of any class.</param>
    /// <param name="draws">Draws starts and steps.</param>
    /// <param name="watch">Is told of the way; null: nobody.</param>
    /// <returns>`[count, …]`, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The model has no diffusion.</exception>
    public Tensor DiffuseBy(
        DiffusionSampler sampler, double guidance, int count, Tensor? labels, Generator draws, ISamplingWatch? watch = null)
    {
        var model = Diffusion ?? throw new InvalidOperationException("the model has no diffusion");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var start = randn([count, .. model.Options.Shape], device: model.parameters().First().device, generator: draws);
        var drawn = sampler.Run(new GuidedDenoiser(model, guidance), start, labels, draws, watch);
        return FromDiffusion(model.FromScale(drawn)).MoveToOuterDisposeScope();
    }
}
