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
    /// <param name="progress">Is told the share that is done, up to 1; null: nobody.</param>
    /// <param name="cancel">Looked at after every move.</param>
    /// <param name="most">Examples that are drawn at once, at most.</param>
    /// <returns>`[count, …]`, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The model has no diffusion.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="Runtime.UserError">Samples are not finite.</exception>
    public Tensor DiffuseBy(
        DiffusionSampler sampler,
        double guidance,
        int count,
        Tensor? labels,
        Generator draws,
        Action<double>? progress = null,
        CancellationToken cancel = default,
        int most = int.MaxValue)
    {
        var model = Diffusion ?? throw new InvalidOperationException("the model has no diffusion");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return FromDiffusion(model.SampleBy(sampler, guidance, count, labels, draws, null, progress, cancel, most))
            .MoveToOuterDisposeScope();
    }
}
