using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Models.Diffusion.Sampling;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a model does that denoises.</summary>
public sealed partial class HybridModel
{
    /// <summary>Share of the variance that is noise where <see cref="Reconstruct(Tensor)"/> by a diffusion model starts.</summary>
    public const double NoiseShare = 0.15;

    /// <summary>Looks of the diffusion model on the way back from there.</summary>
    private const int WayBack = 10;

    private const ulong NoiseSeed = 7;

    /// <summary>Latents that are decoded at a time.</summary>
    private const int Decoded = 250;

    /// <summary>The diffusion model that is its last stage, or null.</summary>
    public DiffusionModel? Diffusion => stages.OfType<DiffusionStage>().SingleOrDefault()?.Model;

    /// <summary>Whether its diffusion model works on the latents of a trained model, which decodes what it draws.</summary>
    public bool DiffusesLatents => Diffusion is not null && Encoder is not null;

    private PretrainedEncoder? Encoder =>
        stages.OfType<TrunkStage>().SelectMany(s => s.Layers.modules()).OfType<PretrainedEncoder>().FirstOrDefault();

    /// <summary>What the diffusion model reads of examples: themselves, or latents. Tensors belong to the caller's dispose scope.</summary>
    public Tensor ReadByDiffusion(Tensor x) => Encode(x);

    /// <summary>
    /// From what the diffusion model draws, in its data's units, to examples in the shape of the data. Latents are decoded few at
    /// a time, as a decoder's images take far more memory than they do.
    /// </summary>
    public Tensor FromDiffusion(Tensor drawn)
    {
        if (Encoder is not { } encoder) return drawn.alias();
        using var scope = NewDisposeScope();
        return cat([.. drawn.split(Decoded).Select(encoder.Decode)]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Examples in the shape of the data by its diffusion model, `[count, …]`, owned by the caller's dispose scope: see
    /// <see cref="DiffusionModel.Sample"/> for what they depend on.
    /// </summary>
    /// <param name="count">At least 1.</param>
    /// <param name="labels">int64 `[count]`, or null: of any class.</param>
    /// <param name="draws">Draws starts and steps.</param>
    /// <param name="watch">Is told of the way of each chunk; null: nobody.</param>
    /// <param name="progress">Is told the share that is done, up to 1; null: nobody.</param>
    /// <param name="cancel">Looked at after every move.</param>
    /// <exception cref="InvalidOperationException">The model has none.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="Runtime.UserError">Samples are not finite.</exception>
    public Tensor Diffuse(
        int count,
        Tensor? labels,
        Generator draws,
        ISamplingWatch? watch = null,
        Action<double>? progress = null,
        CancellationToken cancel = default)
    {
        var model = Diffusion ?? throw new InvalidOperationException("the model has no diffusion");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return FromDiffusion(model.Sample(count, labels, draws, watch, progress, cancel)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Examples with noise of this deviation taken away by its diffusion model in one look, E[x₀ | x_t] at the step that is as
    /// noisy, the class not told. Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="deviation">Of the noise, in the units of the data.</param>
    /// <exception cref="InvalidOperationException">The model has none of the data themselves.</exception>
    public Tensor Denoise(Tensor x, double deviation)
    {
        var model = OfData();
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var clean = new Denoising().Run(model, model.ToScale(x), model.DeviationOnScale(deviation));
        return model.FromScale(clean).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Examples with what is not seen filled in by its diffusion model, the class not told: see <see cref="Infilling"/>. What is
    /// seen stays exactly as it is. Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="seen">bool, as <paramref name="x"/>.</param>
    /// <param name="noise">Draws N(0, I) in the shape of <paramref name="x"/>.</param>
    /// <param name="cancel">Looked at before every move.</param>
    /// <exception cref="InvalidOperationException">The model has none of the data themselves.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public Tensor Infill(Tensor x, Tensor seen, Func<Tensor> noise, CancellationToken cancel = default)
    {
        var model = OfData();
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var filled = new Infilling(model.Options.Sampler.Steps).Run(model, model.ToScale(x), seen, noise, cancel: cancel);
        return where(seen, x, model.FromScale(filled)).MoveToOuterDisposeScope();
    }

    private DiffusionModel OfData() => Diffusion is { } model && !DiffusesLatents
        ? model
        : throw new InvalidOperationException("the model has no diffusion of the data themselves");

    /// <summary>What its diffusion model makes of examples: see <see cref="Reconstruct(Tensor)"/>.</summary>
    private Tensor ByDiffusion(DiffusionModel model, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var clean = model.ToScale(ReadByDiffusion(x));
        var deviation = Math.Sqrt(NoiseShare / (1 - NoiseShare));
        using var draws = new Generator(NoiseSeed, clean.device);
        var noise = randn([1, .. clean.shape[1..]], device: clean.device, generator: draws);
        var restored = new Denoising(WayBack).Run(model, clean + (noise * deviation), deviation);
        return FromDiffusion(model.FromScale(restored)).MoveToOuterDisposeScope();
    }
}
