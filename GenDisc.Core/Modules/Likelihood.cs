using GenDisc.Core.Losses;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>The distribution p(x|z) that a decoder's output parametrises.</summary>
public abstract class Likelihood(string name) : Module(name)
{
    /// <summary>log p(x|z), nats: `[batch]`.</summary>
    public abstract Tensor LogProbability(Tensor parameters, Tensor x);

    /// <summary>E[x|z], in the shape of <paramref name="parameters"/>.</summary>
    public abstract Tensor Mean(Tensor parameters);
}

/// <summary>Independent Bernoulli dimensions; parameters are logits.</summary>
public sealed class BernoulliLikelihood() : Likelihood(nameof(BernoulliLikelihood))
{
    public override Tensor LogProbability(Tensor parameters, Tensor x) =>
        BernoulliLogLikelihood.PerExample(parameters, x);

    public override Tensor Mean(Tensor parameters) => parameters.sigmoid();
}

/// <summary>Independent Gaussian dimensions around the decoder's output, with one learned variance.</summary>
public sealed class GaussianLikelihood : Likelihood
{
    private readonly TorchSharp.Modules.Parameter logVariance = new(zeros(1));

    public GaussianLikelihood()
        : base(nameof(GaussianLikelihood)) => RegisterComponents();

    public override Tensor LogProbability(Tensor parameters, Tensor x) =>
        GaussianLogLikelihood.PerExample(parameters, logVariance, x);

    public override Tensor Mean(Tensor parameters) => parameters.alias();
}
