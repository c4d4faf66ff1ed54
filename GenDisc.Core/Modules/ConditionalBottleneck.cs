using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Sizes of a bottleneck that is told the class.</summary>
/// <param name="Inputs">Size of the flattened representation before it.</param>
/// <param name="Latent">Size of the latent vector.</param>
/// <param name="Hidden">Width of the layer in which representation and class meet.</param>
/// <param name="Classes">At least 1.</param>
/// <param name="Kernels">Whether hand-written kernels may be used.</param>
public sealed record ConditionalOptions(int Inputs, int Latent, int Hidden, int Classes, bool Kernels = true);

/// <summary>
/// The bottleneck of a conditional VAE (Kingma et al. 2014, §2.1; Sohn, Lee and Yan 2015): q(z|x, y) = N(μ, σ²) from
/// the representation and the class by a hidden layer of ReLUs, p(x|z, y) by a decoder that reads both. The prior of z is
/// N(0, I) for every class.
/// </summary>
public sealed class ConditionalBottleneck : Module, IClassGenerator
{
    private readonly Chain entry;
    private readonly Chain posterior;
    private readonly Chain decoder;
    private readonly Likelihood likelihood;

    /// <param name="options">Sizes.</param>
    /// <param name="entry">From the main path's representation to `[batch, options.Inputs]`.</param>
    /// <param name="decoder">From `[batch, latent + classes]` to the likelihood's parameters in the shape of the data.</param>
    /// <param name="likelihood">p(x|z, y)</param>
    /// <param name="init">Stream of initial values.</param>
    public ConditionalBottleneck(
        ConditionalOptions options,
        IEnumerable<Module<Tensor, Tensor>> entry,
        IEnumerable<Module<Tensor, Tensor>> decoder,
        Likelihood likelihood,
        RandomStream init)
        : base(nameof(ConditionalBottleneck))
    {
        Options = options;
        this.entry = new Chain(entry);
        posterior = new Chain(
        [
            new Affine(options.Inputs + options.Classes, options.Hidden, init, options.Kernels),
            Pure.Relu(),
            new Affine(options.Hidden, 2 * options.Latent, init, options.Kernels),
        ]);
        this.decoder = new Chain(decoder);
        this.likelihood = likelihood;
        RegisterComponents();
    }

    public ConditionalOptions Options { get; }

    public Likelihood Likelihood => likelihood;

    int IClassGenerator.Latent => Options.Latent;

    /// <summary>Parameters of q(z|x, y): `[batch, 2·latent]`, mean then log-variance.</summary>
    /// <param name="representation">Of x, `[batch, …]`.</param>
    /// <param name="labels">int64 `[batch]`, in [0, classes).</param>
    public Tensor Posterior(Tensor representation, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return posterior.call(Told(entry.call(representation), labels)).MoveToOuterDisposeScope();
    }

    /// <summary>z = μ + σ ε, ε ~ N(0, I): `[batch, latent]`.</summary>
    public Tensor Draw(Tensor posterior, Generator noise) => LatentDraw.Of(posterior, noise, Options.Kernels);

    /// <summary>Parameters of p(x|z, y), in the shape of the data.</summary>
    /// <param name="latent">`[batch, latent]`</param>
    /// <param name="labels">int64 `[batch]`, in [0, classes).</param>
    public Tensor Decode(Tensor latent, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return decoder.call(Told(latent, labels)).MoveToOuterDisposeScope();
    }

    Tensor IClassGenerator.LatentMean(Tensor representation, Tensor labels) =>
        Posterior(representation, labels).narrow(1, 0, Options.Latent);

    Tensor IClassGenerator.Mean(Tensor latent, Tensor labels) => likelihood.Mean(Decode(latent, labels));

    /// <summary>[x; one-hot y].</summary>
    private Tensor Told(Tensor x, Tensor labels) =>
        cat([x, functional.one_hot(labels, Options.Classes).to(x.dtype)], 1);
}
