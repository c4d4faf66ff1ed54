using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a model does that knows p(x|z, y): a conditional VAE, or model M2.</summary>
public sealed partial class HybridModel
{
    /// <summary>Whether it has a Gaussian latent vector and a class that its decoder is told (a conditional VAE or M2).</summary>
    public bool IsToldClasses => stages.Any(s => s is ConditionalStage or M2Stage);

    /// <summary>The bottleneck that is told the class, or null.</summary>
    public ConditionalBottleneck? Conditional => stages.OfType<ConditionalStage>().SingleOrDefault()?.Bottleneck;

    /// <summary>Model M2 that is the model's head, or null.</summary>
    public M2? M2 => stages.OfType<M2Stage>().SingleOrDefault()?.Model;

    /// <summary>
    /// Whether <see cref="Generate"/> draws examples of a class. Model M2 over another model's representation draws
    /// representations, which are no examples.
    /// </summary>
    public bool GeneratesClasses => ClassGenerator is not null || Diffusion is { IsConditional: true };

    private IClassGenerator? ClassGenerator => stages.Count == 0 ? null : stages[^1] switch
    {
        ConditionalStage s => s.Bottleneck,
        M2Stage s when stages.Count == 1 => s.Model,
        _ => null,
    };

    /// <summary>
    /// Examples of these classes in the shape of the data. A diffusion model draws them; of the others they are E[x|z, y] for
    /// draws z ~ N(0, I): means, not draws from p(x|z, y), whose independent pixels would be noise on every picture.
    /// </summary>
    /// <param name="labels">`[n]`, each in [0, classes).</param>
    /// <param name="draws">Draws z.</param>
    /// <returns>`[n, …]`, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The model cannot: see <see cref="GeneratesClasses"/>.</exception>
    public Tensor Generate(long[] labels, Generator draws)
    {
        if (Diffusion is { IsConditional: true })
        {
            using var asked = tensor(labels, device: parameters().First().device);
            return Diffuse(labels.Length, asked, draws);
        }

        var generator = ClassGenerator
            ?? throw new InvalidOperationException("the model draws no examples of a class that is asked for");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var device = parameters().First().device;
        var latent = randn([labels.Length, generator.Latent], device: device, generator: draws);
        return generator.Mean(latent, tensor(labels, device: device)).MoveToOuterDisposeScope();
    }

    /// <summary>E[x|z, y] at the mean of q(z|x, y), in the shape of the data. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="labels">int64 `[batch]`, each in [0, classes).</param>
    /// <exception cref="InvalidOperationException">The model cannot: see <see cref="GeneratesClasses"/>.</exception>
    public Tensor Reconstruct(Tensor x, Tensor labels)
    {
        var generator = ClassGenerator
            ?? throw new InvalidOperationException("the model reconstructs no examples of a class that it is told");
        var representation = x;
        for (var i = 0; i < stages.Count - 1; i++) representation = Through(stages[i], representation);
        return generator.Mean(generator.LatentMean(representation, labels), labels);
    }
}
