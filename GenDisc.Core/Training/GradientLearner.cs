using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Optimisers;
using GenDisc.Core.Models;
using GenDisc.Core.Training.Boltzmann;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>Trains a hybrid model on the weighted sum of its terms by back-propagation.</summary>
public sealed class GradientLearner : ILearner
{
    private readonly HybridModel model;
    private readonly IReadOnlyList<WeightedTerm> terms;
    private readonly OptimiserOptions options;
    private readonly Objective objective;
    private readonly Generator noise;
    private readonly double? clip;
    private readonly bool kernels;
    private ParameterUpdate update;
    private bool audited;

    /// <param name="model">Owned by the caller. Parameters that require no gradient stay as they are.</param>
    /// <param name="terms">Every term to compute; those of weight 0 are reported but not learnt from.</param>
    /// <param name="options">The optimiser.</param>
    /// <param name="clip">Largest global gradient norm, or null.</param>
    /// <param name="noise">Draws the latents in training.</param>
    /// <param name="kernels">Hand-written kernels for losses and updates where they fit, else tensor operations only.</param>
    /// <exception cref="ArgumentException">A term that only tells about a model has a weight.</exception>
    public GradientLearner(
        HybridModel model,
        IReadOnlyList<WeightedTerm> terms,
        OptimiserOptions options,
        double? clip,
        Generator noise,
        bool kernels = true)
    {
        if (terms.FirstOrDefault(t => t.Term.EvaluationOnly && t.FinalWeight != 0) is { } told)
            throw new ArgumentException($"the term {told.Term.Name} only tells about a model: it cannot be learnt from", nameof(terms));
        this.model = model;
        this.terms = terms;
        this.options = options;
        this.clip = clip;
        this.noise = noise;
        this.kernels = kernels;
        update = NewUpdate();
        objective = Objective.Of(terms, kernels);
        SmallestBatch = model.modules().Any(NormalisesBatches) ? 2 : 1;
    }

    public int SmallestBatch { get; }

    public nn.Module Module => model;

    public IReadOnlyList<string> Unreached { get; private set; } = [];

    public double Rate => options.Rate;

    public IReadOnlyDictionary<string, double> WeightsAt(int epoch) =>
        terms.ToDictionary(t => t.Term.Name, t => t.WeightAt(epoch));

    public double Step(Batch batch, StepSettings settings, Tally tally)
    {
        using var scope = NewDisposeScope();
        if (!model.training) model.train();
        model.Epoch = settings.Epoch;
        var output = model.ForwardBatch(batch, noise);
        var loss = objective.Evaluate(output, batch, settings.Epoch, learns: true);
        var rate = options.Rate * settings.RateFactor;
        if (!double.IsFinite(loss)) throw Diverged(loss, settings, rate);

        update.DropGradients();
        objective.Backward();
        Audit(settings.Epoch);
        output.Machine?.ScaleGradients();
        update.Step(rate, GradientScale(settings, rate));
        output.Machine?.KeepInBounds();
        Record(tally, loss, output, batch);
        return loss;
    }

    public void Evaluate(Batch batch, Generator noise, Tally tally, IEvaluationSink? sink = null)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        if (model.training) model.eval();
        var output = model.ForwardBatch(batch, noise);
        var loss = objective.Evaluate(output, batch, epoch: null, learns: false);
        Record(tally, loss, output, batch);
        sink?.Add(output, batch);
    }

    /// <summary>Adds a machine's mean free energy, where that is one of the terms.</summary>
    public void EpochEnd(Split sample, Generator noise, Tally tally, Device device)
    {
        if (sample.Count == 0 || terms.Select(t => t.Term).OfType<FreeEnergyTerm>().FirstOrDefault() is not { } term) return;
        if (model.training) model.eval();
        foreach (var batch in Batches.Sequential(sample, Trainer.EvaluationBatch, device))
        {
            using var owned = batch;
            using var scope = NewDisposeScope();
            using var inference = no_grad();
            var output = model.ForwardBatch(batch, noise);
            if (term.IsDue(output)) tally.Add(term.Name, term.PerExample(output, batch).sum().ToDouble(), batch.Count);
        }
    }

    /// <summary>Forgets means and velocities of past gradients, as after weights were put back.</summary>
    public void ResetOptimiser()
    {
        update.Dispose();
        update = NewUpdate();
    }

    public void Dispose()
    {
        update.Dispose();
        objective.Dispose();
    }

    /// <summary>Frozen layers go by their running statistics.</summary>
    private static bool NormalisesBatches(nn.Module module) =>
        module is TorchSharp.Modules.BatchNorm1d or TorchSharp.Modules.BatchNorm2d
        && module.parameters().Any(p => p.requires_grad);

    private ParameterUpdate NewUpdate() =>
        ParameterUpdate.For(options, [.. model.parameters().Where(p => p.requires_grad)], kernels);

    /// <summary>min(1, clip / norm), the factor that keeps the global norm in bounds (Pascanu et al. 2013, algorithm 1).</summary>
    private double GradientScale(StepSettings settings, double rate)
    {
        if (clip is not { } largest) return 1;
        var norm = update.GradientNorm();
        if (double.IsFinite(norm)) return Math.Min(1, largest / (norm + 1e-6));
        update.DropGradients();
        throw new DivergedException("the gradient", norm, settings.Epoch, settings.Step, rate);
    }

    private void Record(Tally tally, double loss, ModelOutput output, Batch batch)
    {
        var own = batch.Own;
        tally.Add("loss", loss * own, own);
        for (var i = 0; i < terms.Count; i++)
        {
            if (objective.Computed[i]) tally.Add(terms[i].Term.Name, objective.Values[i] * objective.Counts[i], objective.Counts[i]);
        }

        // A hidden label is no class, so none is hit by chance.
        if (output.Logits is { } logits && batch.Labels is { } labels && batch.Known is > 0 and var known)
            tally.Add("accuracy", objective.Correct ?? logits.argmax(1).eq(labels).sum().ToInt64(), known);
    }

    private DivergedException Diverged(double loss, StepSettings settings, double rate)
    {
        var culprit = Enumerable.Range(0, terms.Count)
            .FirstOrDefault(i => terms[i].WeightAt(settings.Epoch) != 0 && !double.IsFinite(objective.Values[i]), -1);
        return culprit < 0
            ? new DivergedException("the loss", loss, settings.Epoch, settings.Step, rate)
            : new DivergedException(terms[culprit].Term.Name, objective.Values[culprit], settings.Epoch, settings.Step, rate);
    }

    /// <summary>Once, after the first step in which every term of the objective has a weight.</summary>
    private void Audit(int epoch)
    {
        if (audited || terms.Any(t => t.FinalWeight != 0 && t.WeightAt(epoch) == 0)) return;
        audited = true;
        if (model.TakesTurns) return; // most have not had theirs
        // What only p(v) depends on has nothing to learn where only p(y | v) is learnt.
        Parameter[] apart = LearnsMachines() ? [] : [.. model.Machines.SelectMany(machine => machine.VisibleParameters())];
        Unreached = [.. model.named_parameters().Where(p => Misses(p.parameter, apart)).Select(p => p.name)];
    }

    private bool LearnsMachines() => terms.Any(t => t.FinalWeight != 0 && t.Term is NegativePhaseTerm or ExactLikelihoodTerm);

    private static bool Misses(Parameter parameter, Parameter[] apart) =>
        parameter is { requires_grad: true, grad: null } && !apart.Any(p => p.Handle == parameter.Handle);
}
