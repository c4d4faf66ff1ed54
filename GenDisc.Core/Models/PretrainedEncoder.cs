using GenDisc.Core.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models;

/// <summary>
/// A trained model's encoder as a layer: `[batch, …]` to <see cref="HybridModel.Encode"/>. Frozen, it is a fixed
/// function: without gradient and always in evaluation mode. Else its encoder learns on; decoder, likelihood and heads,
/// which nothing asks, stay as they are.
/// </summary>
public sealed class PretrainedEncoder : Module<Tensor, Tensor>
{
    private readonly Rescale? rescale;
    private readonly HybridModel source;
    private readonly bool frozen;
    private readonly SequenceLengths? outer;
    private readonly SequenceLengths? inner;
    private readonly Generator? draws;

    /// <param name="source">The trained model, owned from here on.</param>
    /// <param name="frozen">Whether it stays as it is.</param>
    /// <param name="outer">Lengths of the model that this layer belongs to, in which it comes first.</param>
    /// <param name="inner">Lengths that <paramref name="source"/>'s sequence modules ask.</param>
    /// <param name="rescale">Brings inputs to the scale that <paramref name="source"/> was trained on, where it is another.</param>
    /// <param name="draws">In training a representation is drawn from q(z|x) by it; null: it is the mean, as in evaluation.</param>
    public PretrainedEncoder(
        HybridModel source,
        bool frozen,
        SequenceLengths? outer,
        SequenceLengths? inner,
        Rescale? rescale = null,
        Generator? draws = null)
        : base(nameof(PretrainedEncoder))
    {
        this.rescale = rescale;
        this.source = source;
        this.frozen = frozen;
        this.outer = outer;
        this.inner = inner;
        this.draws = draws;
        RegisterComponents();
        foreach (var parameter in source.parameters()) parameter.requires_grad = false;
        if (!frozen)
        {
            foreach (var parameter in source.EncoderParameters()) parameter.requires_grad = true;
        }

        train(training); // the source may come from an evaluation
    }

    public override void train(bool on = true)
    {
        base.train(on);
        if (frozen) source.eval();
    }

    /// <summary>From latents back to examples, E[x|z]: `[batch, latent]` to `[batch, …]`.</summary>
    /// <exception cref="InvalidOperationException">The trained model has no decoder.</exception>
    public Tensor Decode(Tensor latents)
    {
        using var outside = no_grad();
        var decoded = source.Decode(latents);
        return rescale is null ? decoded : rescale.Undo(decoded);
    }

    public override Tensor forward(Tensor input)
    {
        using var outside = frozen ? no_grad() : null;
        inner?.SetFrom(outer);
        try
        {
            return source.Encode(rescale is null ? input : rescale.call(input), training ? draws : null);
        }
        finally
        {
            inner?.SetFrom(null);
        }
    }
}
