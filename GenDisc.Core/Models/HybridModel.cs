using GenDisc.Core.Data;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Modules;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models;

/// <summary>
/// One main path with heads, Boltzmann machines and at most one bottleneck. In training the path goes on with a draw from q(z|x); in
/// evaluation it goes on with the mean, while the decoder still sees a draw, so that the ELBO stays a bound.
/// </summary>
public sealed partial class HybridModel : Module
{
    private readonly IReadOnlyList<Stage> stages;
    private readonly SequenceLengths? lengths;
    private readonly IReadOnlyList<Generator> generators;
    private readonly StochasticPasses? passes;
    private readonly ThinnedNetworks thinned;

    /// <param name="stages">First to last.</param>
    /// <param name="lengths">What the stages' sequence modules ask for the lengths of a batch.</param>
    /// <param name="generators">What the stages' modules draw from in training, owned from here on.</param>
    /// <param name="passes">What its <see cref="McDropout"/> modules share, owned from here on.</param>
    /// <exception cref="UserError">A stage would read the hidden units of a machine that has none.</exception>
    public HybridModel(
        IReadOnlyList<Stage> stages,
        SequenceLengths? lengths = null,
        IReadOnlyList<Generator>? generators = null,
        StochasticPasses? passes = null)
        : base(nameof(HybridModel))
    {
        this.stages = stages;
        this.lengths = lengths;
        this.generators = generators ?? [];
        this.passes = passes;
        thinned = new ThinnedNetworks(stages, passes);
        for (var i = 0; i < stages.Count; i++)
        {
            var (kind, module) = stages[i] switch
            {
                TrunkStage s => ("trunk", (Module)s.Layers),
                BottleneckStage s => ("bottleneck", s.Bottleneck),
                ConditionalStage s => ("bottleneck", s.Bottleneck),
                M2Stage s => ("m2", s.Model),
                ClassifierStage s => ("classifier", s.Layers),
                RegressorStage s => ("regressor", s.Layers),
                MachineStage s => ("machine", s.Machine),
                EnsembleStage s => ("ensemble", s.Ensemble),
                DiffusionStage s => ("diffusion", s.Model),
                var other => throw new ArgumentException($"unknown stage {other.GetType().Name}", nameof(stages)),
            };
            register_module($"{i}_{kind}", module);
            if (module is EnergyMachine { Hidden: 0 } && i < stages.Count - 1)
                throw new UserError(
                    "a Boltzmann machine without hidden units has nothing for the block after it to read.\n"
                    + "Give it hidden units, or make it the last block.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var generator in generators) generator.Dispose();
            passes?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The model's bottleneck, or null for a purely discriminative model.</summary>
    public Bottleneck? Bottleneck => stages.OfType<BottleneckStage>().SingleOrDefault()?.Bottleneck;

    /// <summary>The model's Boltzmann machines, first to last.</summary>
    public IEnumerable<EnergyMachine> Machines => stages.OfType<MachineStage>().Select(s => s.Machine);

    /// <summary>Whether a trained model stands before the machines, so that they do not read the data themselves.</summary>
    public bool EncodesFirst => Machines.Any() && stages.OfType<TrunkStage>().Any(s => s.Layers.modules().Any(m => m is PretrainedEncoder));

    /// <summary>Whether several machines learn one after the other.</summary>
    public bool TakesTurns => Machines.Skip(1).Any();

    /// <summary>The epoch in hand, from 1: whose turn it is to learn.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>Sources of chance that its modules have, disposed of with the model.</summary>
    public int Generators => generators.Count;

    public bool IsClassifier => stages.Any(s =>
        s is ClassifierStage or M2Stage or MachineStage { Machine.Classes: > 0 } or EnsembleStage { Ensemble.Classifies: true });

    public bool IsRegressor => stages.Any(s => s is RegressorStage or EnsembleStage { Ensemble.Classifies: false });

    /// <summary>Whether it is an ensemble of trained models, with nothing to learn itself.</summary>
    public bool IsEnsemble => stages.Any(s => s is EnsembleStage);

    /// <summary>Whether its predictions in evaluation are means over several: see <see cref="ModelOutput.MemberLogits"/>.</summary>
    public bool PredictsRepeatedly => IsEnsemble || thinned.First < stages.Count;

    /// <summary>Whether <see cref="EnergyOf"/> its logits is an energy that it learns (Grathwohl et al. 2020).</summary>
    public bool IsEnergyClassifier => stages.Any(s => s is ClassifierStage { Energy: true });

    /// <summary>E(x) = −log Σ_y exp(f_y(x)), so that p(x) = exp(−E(x)) / Z (Grathwohl et al. 2020, eq. 7).</summary>
    /// <param name="logits">f(x), `[batch, classes]`.</param>
    /// <returns>`[batch]`, nats.</returns>
    public static Tensor EnergyOf(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return logits.logsumexp(1).neg().MoveToOuterDisposeScope();
    }

    /// <summary>One pass over a batch, padding of its sequences left aside. Tensors belong to the caller's dispose scope.</summary>
    public ModelOutput ForwardBatch(Batch batch, Generator noise)
    {
        lengths?.Set(batch.Lengths, batch.X.size(1));
        try
        {
            return Run(batch.X, batch, noise);
        }
        finally
        {
            lengths?.Set(null, 0);
        }
    }

    /// <summary>One pass. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="noise">Draws the latents.</param>
    /// <exception cref="InvalidOperationException">The model is told the class, which is not known.</exception>
    public ModelOutput Forward(Tensor x, Generator noise) => Run(x, null, noise);

    private ModelOutput Run(Tensor x, Batch? batch, Generator noise)
    {
        var first = 0;
        // These leave a representation and nothing else: a step is spared the copies of the output.
        var end = training ? stages.Count : thinned.First;
        for (; first < end && stages[first] is TrunkStage trunk; first++) x = trunk.Layers.call(x);
        var output = Follow(new ModelOutput { Representation = x, Noise = noise }, first, end, batch, noise);
        if (end == stages.Count) return output;
        var (logits, predictions) = thinned.Ask(output.Representation);
        return PredictiveMean.In(Follow(output, end, stages.Count, batch, noise), logits, predictions);
    }

    private ModelOutput Follow(ModelOutput output, int from, int end, Batch? batch, Generator noise)
    {
        for (var i = from; i < end; i++)
        {
            output = Apply(stages[i], output, batch, noise);
            // What lies above the machine in hand has nothing to learn yet, unless it is a head.
            if (output.Machine is not null && !HeadFollows(i)) break;
        }

        return output;
    }

    /// <summary>
    /// The representation after the last stage of the main path, of a bottleneck the mean of q(z|x): no draw, no decoder,
    /// no heads. Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="draws">Draws from q(z|x) in place of the mean; null: the mean.</param>
    public Tensor Encode(Tensor x, Generator? draws = null)
    {
        var representation = x;
        foreach (var stage in stages)
        {
            representation = draws is not null && stage is BottleneckStage { Bottleneck: var bottleneck }
                ? bottleneck.Draw(bottleneck.Posterior(representation), draws)
                : Through(stage, representation);
        }

        return representation;
    }

    /// <summary>
    /// Logits of the energy classifier alone: no draw, no decoder, no other head. Differentiable in x. Tensors belong to
    /// the caller's dispose scope.
    /// </summary>
    /// <param name="x">`[batch, …]` in the shape of the data, sequences at full length.</param>
    /// <returns>`[batch, classes]`</returns>
    /// <exception cref="InvalidOperationException">The model has no energy classifier.</exception>
    public Tensor EnergyLogits(Tensor x)
    {
        var representation = x;
        foreach (var stage in stages)
        {
            if (stage is ClassifierStage { Energy: true } head) return head.Layers.call(representation);
            representation = Through(stage, representation);
        }

        throw new InvalidOperationException("the model has no energy classifier");
    }

    /// <summary>Parameters that <see cref="Encode"/> depends on.</summary>
    internal IEnumerable<TorchSharp.Modules.Parameter> EncoderParameters() => stages.SelectMany(stage => stage switch
    {
        TrunkStage trunk => trunk.Layers.parameters(),
        BottleneckStage { Bottleneck: var bottleneck } => bottleneck.EncoderParameters(),
        MachineStage { Machine: { Classes: 0 } machine } => machine.EncoderParameters(),
        _ => [],
    });

    internal static Tensor Through(Stage stage, Tensor x) => stage switch
    {
        TrunkStage trunk => trunk.Layers.call(x),
        BottleneckStage { Bottleneck: var bottleneck } => bottleneck.Mean(bottleneck.Posterior(x)),
        MachineStage { Machine: { Classes: 0 } machine } => machine.Features(x),
        _ => x,
    };

    private static Chain? HeadOf(Stage stage) => stage switch
    {
        ClassifierStage s => s.Layers,
        RegressorStage s => s.Layers,
        _ => null,
    };

    private bool HeadFollows(int index)
    {
        for (var i = index + 1; i < stages.Count; i++)
            if (stages[i] is ClassifierStage or RegressorStage) return true;
        return false;
    }

    private ModelOutput Read(MachineStage stage, ModelOutput before, Batch? batch)
    {
        var (machine, visible) = (stage.Machine, before.Representation);
        var output = Epoch >= stage.FirstEpoch && Epoch <= stage.LastEpoch
            ? before with { Machine = machine, Visible = ClassStages.OwnRows(visible.requires_grad ? visible.detach() : visible, batch) }
            : before;
        if (machine is Rbm { Classes: > 0 } joint)
        {
            var hidden = joint.HiddenLogits(visible);
            var shared = output.Machine is not null && !visible.requires_grad;
            return output with { Logits = joint.ClassLogitsOf(hidden), HiddenLogits = shared ? hidden : null };
        }

        // Learning asks a machine for more than its features; alone it is spared the product.
        return ReferenceEquals(stages[^1], stage) && output.Machine is not null
            ? output
            : output with { Representation = machine.Features(visible) };
    }

    private ModelOutput Apply(Stage stage, ModelOutput before, Batch? batch, Generator noise)
    {
        switch (stage)
        {
            case TrunkStage trunk:
                return before with { Representation = trunk.Layers.call(before.Representation) };
            case ClassifierStage head:
                return before with { Logits = head.Layers.call(before.Representation) };
            case RegressorStage head:
                return before with { Prediction = head.Layers.call(before.Representation) };
            case BottleneckStage { Bottleneck: var bottleneck }:
                var posterior = bottleneck.Posterior(before.Representation);
                var draw = bottleneck.Draw(posterior, noise);
                var output = before with
                {
                    Posterior = ClassStages.OwnRows(posterior, batch),
                    Variational = bottleneck.Options.Variational,
                    Decoded = bottleneck.Decode(ClassStages.OwnRows(draw, batch)),
                    Original = batch is { Extra: > 0 } ? ClassStages.OwnRows(batch.X, batch) : null,
                    Likelihood = bottleneck.Likelihood,
                    Representation = draw,
                };
                return training ? output : output with { Representation = bottleneck.Mean(posterior) };
            case ConditionalStage { Bottleneck: var told }:
                return ClassStages.Told(told, before, batch, noise);
            case M2Stage { Model: var model }:
                return ClassStages.Bounded(model, before, batch, noise);
            case MachineStage machine:
                return Read(machine, before, batch);
            case DiffusionStage { Model: var diffusion }:
                return before with { Diffusion = diffusion, Clean = ClassStages.OwnRows(before.Representation, batch), Noise = noise };
            case EnsembleStage { Ensemble: var ensemble }:
                var answers = ensemble.Ask(before.Representation, noise);
                return ensemble.Classifies
                    ? PredictiveMean.In(before, answers, null)
                    : PredictiveMean.In(before, null, answers);
            default:
                throw new ArgumentException($"unknown stage {stage.GetType().Name}", nameof(stage));
        }
    }
}
