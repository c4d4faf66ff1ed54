using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Sizes of a bottleneck.</summary>
/// <param name="Inputs">Size of the flattened representation before it.</param>
/// <param name="Latent">Size of the latent vector.</param>
/// <param name="Variational">A Gaussian posterior (VAE), or a point (autoencoder).</param>
/// <param name="Kernels">Whether hand-written kernels may be used.</param>
public sealed record BottleneckOptions(int Inputs, int Latent, bool Variational, bool Kernels = true);

/// <summary>
/// Maps a representation to a latent vector and, through its decoder, back to the parameters of p(x|z). As a VAE
/// (Kingma and Welling 2014) the latent is drawn from q(z|x) = N(μ, σ²).
/// </summary>
public sealed class Bottleneck : Module
{
    private readonly Chain entry;
    private readonly Affine posterior;
    private readonly Chain decoder;
    private readonly Likelihood likelihood;

    /// <param name="options">Sizes.</param>
    /// <param name="entry">From the main path's representation to `[batch, options.Inputs]`.</param>
    /// <param name="decoder">From `[batch, latent]` to the likelihood's parameters in the shape of the data.</param>
    /// <param name="likelihood">p(x|z)</param>
    /// <param name="init">Stream of initial values.</param>
    public Bottleneck(
        BottleneckOptions options,
        IEnumerable<Module<Tensor, Tensor>> entry,
        IEnumerable<Module<Tensor, Tensor>> decoder,
        Likelihood likelihood,
        RandomStream init)
        : base(nameof(Bottleneck))
    {
        Options = options;
        this.entry = new Chain(entry);
        posterior = new Affine(options.Inputs, options.Variational ? 2 * options.Latent : options.Latent, init, options.Kernels);
        this.decoder = new Chain(decoder);
        this.likelihood = likelihood;
        RegisterComponents();
    }

    public BottleneckOptions Options { get; }

    public Likelihood Likelihood => likelihood;

    /// <summary>Parameters of q(z|x): `[batch, 2·latent]`, mean then log-variance; for an autoencoder `[batch, latent]`.</summary>
    public Tensor Posterior(Tensor representation)
    {
        var entered = entry.call(representation);
        var parameters = posterior.call(entered);
        if (!ReferenceEquals(entered, representation)) entered.Dispose();
        return parameters;
    }

    /// <summary>
    /// z = μ + σ ε, ε ~ N(0, I): `[batch, latent]` (Kingma and Welling 2014, eq. 4). For an autoencoder the point itself.
    /// </summary>
    public Tensor Draw(Tensor posterior, Generator noise) =>
        Options.Variational ? LatentDraw.Of(posterior, noise, Options.Kernels) : posterior;

    /// <summary>Mean of q(z|x), `[batch, latent]`; an autoencoder's point itself.</summary>
    public Tensor Mean(Tensor posterior) => Options.Variational ? posterior.narrow(1, 0, Options.Latent) : posterior;

    /// <summary>Parameters that <see cref="Posterior"/> depends on.</summary>
    internal IEnumerable<TorchSharp.Modules.Parameter> EncoderParameters() => entry.parameters().Concat(posterior.parameters());

    /// <summary>Parameters of p(x|z), in the shape of the data.</summary>
    public Tensor Decode(Tensor latent) => decoder.call(latent);
}
