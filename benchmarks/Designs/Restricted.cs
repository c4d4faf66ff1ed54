using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Modules;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using GenDisc.Core.Training.Boltzmann;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>A restricted Boltzmann machine of units in {0, 1} that learns by CD-1: plain descent, 0.05.</summary>
internal sealed record Restricted(string Name, int Visible, int Hidden) : Design(Name)
{
    public const double Rate = 0.05;

    public override bool Deterministic => false;

    public override OptimiserOptions Optimiser { get; } = new(OptimiserKind.Sgd, Rate);

    public override HybridModel Model() => new(
    [
        new TrunkStage(new Chain([Pure.Reshape([Visible])])),
        new MachineStage(new Rbm(new RbmOptions(Visible, Hidden), new RandomStream(1, "init"))),
    ]);

    public override IReadOnlyList<WeightedTerm> Terms(HybridModel model)
    {
        var phase = new NegativePhase(NegativePhaseKind.Contrastive, Steps: 1, Chains: 0);
        var term = new NegativePhaseTerm("cd", phase, [.. model.Machines], new CounterStream(1, "negative"));
        return [new WeightedTerm(term, _ => 1, 1)];
    }

    public override HandWritten Plain() => new HandWrittenMachine(Visible, Hidden);

    /// <summary>The cross-entropy between images and their mean-field reconstruction, nats.</summary>
    public override double? Badness(Module model, Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor Of(string name) => model.named_parameters().Single(p => p.name == name || p.name.EndsWith($".{name}")).parameter;
        var (weight, v) = (Of("weight"), images.flatten(1));
        var hidden = (v.matmul(weight.t()) + Of("hiddenBias")).sigmoid();
        var logits = hidden.matmul(weight) + Of("visibleBias");
        return functional.binary_cross_entropy_with_logits(logits, v, reduction: Reduction.Sum).item<float>() / v.shape[0];
    }

    public override IEnumerable<Product> Products(int batch) =>
    [
        new Product(batch, Visible, Hidden), // hidden units given the data
        new Product(batch, Hidden, Visible), // visible units given those
        new Product(batch, Visible, Hidden), // and hidden ones again
        new Product(Hidden, batch, Visible), // the statistics of the data
        new Product(Hidden, batch, Visible), // and of the states
    ];
}
