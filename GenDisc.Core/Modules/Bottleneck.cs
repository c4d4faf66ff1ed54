using GenDisc.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Sizes of a bottleneck.</summary>
/// <param name="Inputs">Size of the flattened representation before it.</param>
/// <param name="Latent">Size of the latent vector.</param>
/// <param name="Variational">A Gaussian posterior (VAE), or a point (autoencoder).</param>
public sealed record BottleneckOptions(int Inputs, int Latent, bool Variational);

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
        posterior = new Affine(options.Inputs, options.Variational ? 2 * options.Latent : options.Latent, init);
        this.decoder = new Chain(decoder);
        this.likelihood = likelihood;
        RegisterComponents();
    }

    public BottleneckOptions Options { get; }

    public Likelihood Likelihood => likelihood;

    /// <summary>Mean `[batch, latent]` and, for a VAE, log-variance of q(z|x).</summary>
    public (Tensor Mean, Tensor? LogVariance) Encode(Tensor representation)
    {
        var parameters = posterior.call(entry.call(representation));
        if (!Options.Variational) return (parameters, null);
        var halves = parameters.chunk(2, 1);
        return (halves[0], halves[1]);
    }

    /// <summary>z = μ + σ ε, ε ~ N(0, I): `[batch, latent]`. Without a log-variance, the mean itself.</summary>
    public static Tensor Draw(Tensor mean, Tensor? logVariance, Generator noise)
    {
        if (logVariance is null) return mean;
        using var epsilon = randn(mean.shape, dtype: mean.dtype, device: mean.device, generator: noise);
        return torch.addcmul(mean, (logVariance * 0.5).exp(), epsilon, 1);
    }

    /// <summary>Parameters of p(x|z), in the shape of the data.</summary>
    public Tensor Decode(Tensor latent) => decoder.call(latent);
}
