using GenDisc.Core.Data;
using GenDisc.Core.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>Trains a hybrid model on the weighted sum of its terms by back-propagation.</summary>
public sealed class GradientLearner : ILearner
{
    private readonly HybridModel model;
    private readonly IReadOnlyList<WeightedTerm> terms;
    private readonly OptimiserOptions options;
    private readonly optim.Optimizer optimiser;
    private readonly TorchSharp.Modules.Parameter[] parameters;
    private readonly Generator noise;
    private readonly double? clip;
    private readonly double[] values;
    private bool audited;

    /// <param name="model">Owned by the caller.</param>
    /// <param name="terms">Every term to compute; those of weight 0 are reported but not learnt from.</param>
    /// <param name="options">The optimiser.</param>
    /// <param name="clip">Largest global gradient norm, or null.</param>
    /// <param name="noise">Draws the latents in training.</param>
    public GradientLearner(
        HybridModel model, IReadOnlyList<WeightedTerm> terms, OptimiserOptions options, double? clip, Generator noise)
    {
        this.model = model;
        this.terms = terms;
        this.options = options;
        this.clip = clip;
        this.noise = noise;
        parameters = [.. model.parameters()];
        optimiser = options.Build(parameters);
        values = new double[terms.Count];
        SmallestBatch = model.modules().Any(m => m is TorchSharp.Modules.BatchNorm1d or TorchSharp.Modules.BatchNorm2d) ? 2 : 1;
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
        model.train();
        var output = model.Forward(batch.X, noise);
        var total = Total(output, batch, t => t.WeightAt(settings.Epoch));
        var rate = options.Rate * settings.RateFactor;
        var loss = total.ToDouble();
        if (!double.IsFinite(loss)) throw Diverged(loss, settings, rate);

        optimiser.zero_grad();
        total.backward();
        Audit(settings.Epoch);
        if (clip is { } largest && nn.utils.clip_grad_norm_(parameters, largest) is var norm && !double.IsFinite(norm))
            throw new DivergedException("the gradient", norm, settings.Epoch, settings.Step, rate);
        foreach (var group in optimiser.ParamGroups) group.LearningRate = rate;
        optimiser.step();
        Record(tally, loss, output, batch);
        return loss;
    }

    public void Evaluate(Batch batch, Generator noise, Tally tally, IEvaluationSink? sink = null)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        var output = model.Forward(batch.X, noise);
        var loss = Total(output, batch, t => t.FinalWeight).ToDouble();
        Record(tally, loss, output, batch);
        sink?.Add(output, batch);
    }

    public void Dispose() => optimiser.Dispose();

    private Tensor Total(ModelOutput output, Batch batch, Func<WeightedTerm, double> weightOf)
    {
        Tensor? total = null;
        for (var i = 0; i < terms.Count; i++)
        {
            var mean = terms[i].Term.PerExample(output, batch).mean();
            values[i] = mean.ToDouble();
            var weight = weightOf(terms[i]);
            if (weight == 0) continue;
            var weighted = weight == 1 ? mean : mean * weight;
            total = total is null ? weighted : total + weighted;
        }

        return total ?? zeros(1, device: batch.X.device, requires_grad: true).sum();
    }

    private void Record(Tally tally, double loss, ModelOutput output, Batch batch)
    {
        var count = batch.Count;
        tally.Add("loss", loss * count, count);
        for (var i = 0; i < terms.Count; i++) tally.Add(terms[i].Term.Name, values[i] * count, count);
        if (output.Logits is { } logits && batch.Labels is { } labels)
            tally.Add("accuracy", logits.argmax(1).eq(labels).sum().ToInt64(), count);
    }

    private DivergedException Diverged(double loss, StepSettings settings, double rate)
    {
        var culprit = Enumerable.Range(0, terms.Count)
            .FirstOrDefault(i => terms[i].WeightAt(settings.Epoch) != 0 && !double.IsFinite(values[i]), -1);
        return culprit < 0
            ? new DivergedException("the loss", loss, settings.Epoch, settings.Step, rate)
            : new DivergedException(terms[culprit].Term.Name, values[culprit], settings.Epoch, settings.Step, rate);
    }

    /// <summary>Once, after the first step in which every term of the objective has a weight.</summary>
    private void Audit(int epoch)
    {
        if (audited || terms.Any(t => t.FinalWeight != 0 && t.WeightAt(epoch) == 0)) return;
        audited = true;
        Unreached = [.. model.named_parameters().Where(p => p.parameter.grad is null).Select(p => p.name)];
    }
}
