using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Losses;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Sizes of model M2.</summary>
/// <param name="Inputs">Numbers of one example.</param>
/// <param name="Latent">Size of z.</param>
/// <param name="Hidden">Widths of the hidden layers of each of the three networks.</param>
/// <param name="Classes">At least 1.</param>
/// <param name="Kernels">Whether hand-written kernels may be used.</param>
public sealed record M2Options(int Inputs, int Latent, IReadOnlyList<int> Hidden, int Classes, bool Kernels = true);

/// <summary>
/// Model M2 of Kingma et al. 2014, "Semi-supervised learning with deep generative models", §2.1: y uniform over the
/// classes, z ~ N(0, I), x ~ p(x|y, z), with q(y|x) and q(z|x, y) = N(μ, σ²); each a network of fully connected layers
/// with ReLUs.
/// </summary>
public sealed class M2 : Module, IClassGenerator
{
    private readonly Chain classifier;
    private readonly ClassStack encoder;
    private readonly ClassStack decoder;
    private readonly Likelihood likelihood;
    private readonly long[] shape;

    /// <param name="options">Sizes.</param>
    /// <param name="shape">Of one example, in which means are given.</param>
    /// <param name="likelihood">p(x|y, z), over the flattened example.</param>
    /// <param name="init">Stream of initial values.</param>
    public M2(M2Options options, IReadOnlyList<long> shape, Likelihood likelihood, RandomStream init)
        : base(nameof(M2))
    {
        Options = options;
        this.shape = [-1, .. shape];
        this.likelihood = likelihood;
        int[] widths = [options.Inputs, .. options.Hidden, options.Classes];
        var layers = new List<Module<Tensor, Tensor>>();
        for (var i = 1; i < widths.Length; i++)
        {
            if (i > 1) layers.Add(Pure.Relu());
            layers.Add(new Affine(widths[i - 1], widths[i], init, options.Kernels));
        }

        classifier = new Chain(layers);
        encoder = new ClassStack(options.Inputs, options.Classes, options.Hidden, 2 * options.Latent, init, options.Kernels);
        decoder = new ClassStack(options.Latent, options.Classes, options.Hidden, options.Inputs, init, options.Kernels);
        RegisterComponents();
    }

    public M2Options Options { get; }

    public Likelihood Likelihood => likelihood;

    int IClassGenerator.Latent => Options.Latent;

    /// <summary>Logits of q(y|x): `[batch, classes]`.</summary>
    /// <param name="x">`[batch, …]`</param>
    public Tensor Classify(Tensor x)
    {
        using var scope = NewDisposeScope();
        return classifier.call(Flat(x)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The two parts of −L(x, y) = −E_q[log p(x|y, z)] + KL(q(z|x, y) ‖ p(z)) − log p(y), where −L ≥ −log p(x, y) (eq. 6):
    /// the first, and the rest with −log p(y) = log K.
    /// </summary>
    /// <param name="x">`[n, …]`</param>
    /// <param name="labels">int64 `[n]`, in [0, classes).</param>
    /// <param name="noise">Draws z.</param>
    /// <returns>`[n]` each, nats.</returns>
    public (Tensor Reconstruction, Tensor Kl) Labelled(Tensor x, Tensor labels, Generator noise)
    {
        using var scope = NewDisposeScope();
        var flat = Flat(x);
        var posterior = encoder.Of(flat, labels);
        var decoded = decoder.Of(LatentDraw.Of(posterior, noise, Options.Kernels), labels);
        var reconstruction = Cost(decoded, flat, 1);
        var kl = LatentKl(posterior) + Math.Log(Options.Classes);
        return (reconstruction.MoveToOuterDisposeScope(), kl.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The two parts of U(x) = Σ_y q(y|x) (−L(x, y)) − H(q(y|x)) ≥ −log p(x) (eq. 7, with the sign of a cost):
    /// Σ_y q(y|x) (−E_q[log p(x|y, z)]), and the rest, Σ_y q(y|x) KL(q(z|x, y) ‖ p(z)) + KL(q(y|x) ‖ p(y)). All classes
    /// go through the networks in one pass, each with a draw of its own.
    /// </summary>
    /// <param name="x">`[n, …]`</param>
    /// <param name="logits">Of q(y|x), `[n, classes]`.</param>
    /// <param name="noise">Draws z, for every example class by class.</param>
    /// <returns>`[n]` each, nats.</returns>
    public (Tensor Reconstruction, Tensor Kl) Unlabelled(Tensor x, Tensor logits, Generator noise)
    {
        using var scope = NewDisposeScope();
        var flat = Flat(x);
        var posterior = encoder.OfEvery(flat);
        var decoded = decoder.OfEach(LatentDraw.Of(posterior, noise, Options.Kernels));
        var logShares = functional.log_softmax(logits, 1);
        var shares = logShares.exp();
        var reconstruction = (shares * Cost(decoded, flat, Options.Classes).view(-1, Options.Classes)).sum(1);
        var each = LatentKl(posterior).view(-1, Options.Classes) + logShares;
        var kl = (shares * each).sum(1) + Math.Log(Options.Classes);
        return (reconstruction.MoveToOuterDisposeScope(), kl.MoveToOuterDisposeScope());
    }

    /// <summary>E[x|y, z], in the shape of an example.</summary>
    /// <param name="latent">`[n, latent]`</param>
    /// <param name="labels">int64 `[n]`, in [0, classes).</param>
    public Tensor Mean(Tensor latent, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return likelihood.Mean(decoder.Of(latent, labels)).reshape(shape).MoveToOuterDisposeScope();
    }

    Tensor IClassGenerator.LatentMean(Tensor representation, Tensor labels) =>
        encoder.Of(Flat(representation), labels).narrow(1, 0, Options.Latent);

    private static Tensor Flat(Tensor x) => x.flatten(1);

    /// <summary>KL(N(μ, σ²) ‖ N(0, I)) of `[n, 2·latent]`: `[n]`.</summary>
    private static Tensor LatentKl(Tensor posterior)
    {
        var halves = posterior.chunk(2, 1);
        return GaussianKl.PerExample(halves[0], halves[1]);
    }

    /// <summary>−log p(x|y, z) of `[n·times, inputs]` parameters for the n examples of x, so many for each.</summary>
    private Tensor Cost(Tensor parameters, Tensor x, int times) =>
        likelihood.LogProbability(parameters, times == 1 ? x : x.repeat_interleave(times, 0)).neg();
}
