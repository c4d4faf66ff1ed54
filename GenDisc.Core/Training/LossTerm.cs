using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Losses;
using GenDisc.Core.Models;
using GenDisc.Core.Training.Boltzmann;
using GenDisc.Core.Training.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>A named formula over a model's output, one number per example.</summary>
public abstract class LossTerm(string name)
{
    /// <summary>As in the language and in every record of a run.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it only tells about a model: it is not computed in training and cannot be learnt from.</summary>
    public virtual bool EvaluationOnly => false;

    /// <returns>
    /// One number for each of the examples that the term is about, to be minimised, unless the term says otherwise.
    /// </returns>
    public abstract Tensor PerExample(ModelOutput output, Batch batch);

    /// <summary>Every term that <paramref name="model"/> can be measured by.</summary>
    public static IReadOnlyList<LossTerm> ApplicableTo(HybridModel model)
    {
        var terms = new List<LossTerm>();
        if (model.Bottleneck is { } bottleneck)
        {
            terms.Add(new ReconstructionTerm());
            terms.Add(bottleneck.Options.Variational ? new KlTerm() : new SparsityTerm());
        }

        if (model.IsToldClasses)
        {
            terms.Add(new ReconstructionTerm());
            terms.Add(new KlTerm());
        }

        if (model.IsClassifier) terms.Add(new CrossEntropyTerm());
        if (model.IsRegressor) terms.Add(new MseTerm());
        if (model.Diffusion is not null) terms.Add(new DenoisingTerm());
        if (!model.Machines.Any()) return terms;
        terms.Add(new FreeEnergyTerm());
        terms.Add(new ReconstructionErrorTerm());
        if (model.Machines.All(PseudoLikelihoodTerm.Fits)) terms.Add(new PseudoLikelihoodTerm());
        return terms;
    }

    /// <summary>Whether there is something to compute from the output: a machine may not have its turn.</summary>
    internal virtual bool IsDue(ModelOutput output) => true;

    /// <summary>How many examples of the batch the term is about; with none it is not computed.</summary>
    internal virtual int CountOf(ModelOutput output, Batch batch) => batch.Own;

    /// <summary>As <see cref="PerExample"/> for a step that learns from the term, which may move what it carries along.</summary>
    internal virtual Tensor Learn(ModelOutput output, Batch batch) => PerExample(output, batch);

    /// <summary>The sum over the examples that the term is about and, where asked for, its gradient: by a kernel where one fits.</summary>
    internal virtual TermValue Evaluate(ModelOutput output, Batch batch, GradientRequest? request)
    {
        var sum = PerExample(output, batch).sum();
        request?.Roots.Add(sum, full([], request.Value.Scale, dtype: sum.dtype, device: sum.device));
        return new TermValue(sum.ToDouble());
    }

    private protected T Need<T>(T? part)
        where T : class =>
        part ?? throw new InvalidOperationException($"the model's output has nothing for the term {Name}");
}

/// <summary>
/// −log p(x|z) for one z drawn from q(z|x), nats; of a model that is told the class with the class in every condition, of
/// M2 over the classes where they are not known.
/// </summary>
public sealed class ReconstructionTerm() : LossTerm("reconstruction")
{
    public override Tensor PerExample(ModelOutput output, Batch batch) =>
        output.ReconstructionNats
        ?? Need(output.Likelihood).LogProbability(Need(output.Decoded), output.Original ?? batch.X).neg();

    internal override int CountOf(ModelOutput output, Batch batch) =>
        output.Original is { } original ? (int)original.size(0) : batch.Own;

    internal override TermValue Evaluate(ModelOutput output, Batch batch, GradientRequest? request) =>
        output.Likelihood is Modules.BernoulliLikelihood && BernoulliLoss.Fits(Need(output.Decoded), output.Original ?? batch.X)
            ? new TermValue(BernoulliLoss.Sum(
                output.Decoded!, output.Original ?? batch.X, request?.Scale ?? 0, request?.Roots.AddRoom(output.Decoded!)))
            : base.Evaluate(output, batch, request);
}

/// <summary>
/// KL(q(z|x) ‖ N(0, I)), nats, analytic; of M2 with what the class costs, so that with the reconstruction it is the bound.
/// </summary>
public sealed class KlTerm() : LossTerm("kl")
{
    public override Tensor PerExample(ModelOutput output, Batch batch) =>
        output.KlNats ?? GaussianKl.PerExample(Need(output.LatentMean), Need(output.LatentLogVariance));

    internal override int CountOf(ModelOutput output, Batch batch) =>
        output.Original is { } original ? (int)original.size(0) : batch.Own;

    internal override TermValue Evaluate(ModelOutput output, Batch batch, GradientRequest? request) =>
        output.Variational && GaussianKlLoss.Fits(Need(output.Posterior))
            ? new TermValue(GaussianKlLoss.Sum(output.Posterior!, request?.Scale ?? 0, request?.Roots.AddRoom(output.Posterior!)))
            : base.Evaluate(output, batch, request);
}

/// <summary>
/// Σ_j |z_j| of an autoencoder's latent vector: an L1 penalty that leaves few units active (Olshausen and Field 1996,
/// eq. 4 with S(x) = |x|; Ng 2011 has a KL divergence in its place).
/// </summary>
public sealed class SparsityTerm() : LossTerm("sparsity")
{
    public override Tensor PerExample(ModelOutput output, Batch batch) => Need(output.LatentMean).abs().sum(1);
}

/// <summary>−log p(y|x) of the examples whose label is known, nats.</summary>
public sealed class CrossEntropyTerm() : LossTerm("crossEntropy")
{
    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (logits, labels) = Labelled(output, batch);
        return CrossEntropy.PerExample(logits, labels);
    }

    internal override int CountOf(ModelOutput output, Batch batch) => batch.Known;

    internal override TermValue Evaluate(ModelOutput output, Batch batch, GradientRequest? request)
    {
        var (logits, labels) = Labelled(output, batch);
        if (!CrossEntropyLoss.Fits(logits, labels)) return base.Evaluate(output, batch, request);
        var sum = CrossEntropyLoss.Sum(logits, labels, request?.Scale ?? 0, request?.Roots.AddRoom(logits), out var correct);
        return new TermValue(sum, correct);
    }

    private (Tensor Logits, Tensor Labels) Labelled(ModelOutput output, Batch batch)
    {
        var (logits, labels) = (Need(output.Logits), Need(batch.Labels));
        return batch.KnownRows is { } known ? (logits.index_select(0, known), labels.index_select(0, known)) : (logits, labels);
    }
}

/// <summary>Squared error averaged over target dimensions.</summary>
public sealed class MseTerm() : LossTerm("mse")
{
    public override Tensor PerExample(ModelOutput output, Batch batch) =>
        SquaredError.PerExample(Need(output.Prediction), Need(batch.Targets));
}
