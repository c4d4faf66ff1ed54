using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Models.Diffusion.Sampling;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a model does that denoises.</summary>
public sealed partial class HybridModel
{
    /// <summary>The diffusion model that is its last stage, or null.</summary>
    public DiffusionModel? Diffusion => stages.OfType<DiffusionStage>().SingleOrDefault()?.Model;

    /// <summary>Whether its diffusion model works on the latents of a trained model, which decodes what it draws.</summary>
    public bool DiffusesLatents => Diffusion is not null && Encoder is not null;

    private PretrainedEncoder? Encoder =>
        stages.OfType<TrunkStage>().SelectMany(s => s.Layers.modules()).OfType<PretrainedEncoder>().FirstOrDefault();

    /// <summary>What the diffusion model reads of examples: themselves, or latents. Tensors belong to the caller's dispose scope.</summary>
    public Tensor ReadByDiffusion(Tensor x) => Encode(x);

    /// <summary>From what the diffusion model draws, in its data's units, to examples in the shape of the data.</summary>
    public Tensor FromDiffusion(Tensor drawn) => Encoder is { } encoder ? encoder.Decode(drawn) : drawn.alias();

    /// <summary>
    /// Examples in the shape of the data by its diffusion model, `[count, …]`, owned by the caller's dispose scope.
    /// </summary>
    /// <param name="count">At least 1.</param>
    /// <param name="labels">int64 `[count]`, or null: of any class.</param>
    /// <param name="draws">Draws starts and steps.</param>
    /// <param name="watch">Is told of the way; null: nobody.</param>
    /// <exception cref="InvalidOperationException">The model has none.</exception>
    public Tensor Diffuse(int count, Tensor? labels, Generator draws, ISamplingWatch? watch = null)
    {
        var model = Diffusion ?? throw new InvalidOperationException("the model has no diffusion");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return FromDiffusion(model.Sample(count, labels, draws, watch)).MoveToOuterDisposeScope();
    }
}
