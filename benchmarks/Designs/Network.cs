using GenDisc.Core.Models;
using GenDisc.Core.Modules;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>Sizes of a variational bottleneck with a Bernoulli decoder.</summary>
internal sealed record Latent(int Inputs, int Size, IReadOnlyList<Layer> Decoder);

/// <summary>A feed-forward network: layers, perhaps a bottleneck, perhaps a classifier. Adam, 1e-3.</summary>
internal sealed record Network(string Name) : Design(Name)
{
    public const double Rate = 1e-3;

    public IReadOnlyList<Layer> Trunk { get; init; } = [];

    public Latent? Latent { get; init; }

    public IReadOnlyList<Layer> Head { get; init; } = [];

    /// <summary>Weight of reconstruction and KL divergence beside a cross-entropy of weight 1.</summary>
    public double BoundWeight { get; init; } = 1;

    public override bool Deterministic => Latent is null;

    public override OptimiserOptions Optimiser { get; } = new(OptimiserKind.Adam, Rate);

    public override HybridModel Model() => new([.. Stages(new RandomStream(1, "init"))]);

    public override IReadOnlyList<WeightedTerm> Terms(HybridModel model) =>
    [
        .. LossTerm.ApplicableTo(model).Select(term =>
        {
            var weight = term is CrossEntropyTerm ? 1 : BoundWeight;
            return new WeightedTerm(term, _ => weight, weight);
        }),
    ];

    public override HandWritten Plain() => new HandWrittenNetwork(this);

    public override IEnumerable<Product> Products(int batch)
    {
        IEnumerable<Layer> bottleneck = Latent is null ? [] : [new Dense(Latent.Inputs, 2 * Latent.Size), .. Latent.Decoder];
        var layers = Trunk.Concat(bottleneck).Concat(Head).Where(layer => layer.Forward(batch) is not null);
        return layers.SelectMany((layer, index) => layer.Products(batch, first: index == 0));
    }

    private IEnumerable<Stage> Stages(RandomStream init)
    {
        IEnumerable<torch.nn.Module<torch.Tensor, torch.Tensor>> Build(IEnumerable<Layer> layers) => layers.Select(layer => layer.Ours(init));
        yield return new TrunkStage(new Chain(Build(Trunk)));
        if (Latent is var (inputs, size, decoder))
        {
            var options = new BottleneckOptions(inputs, size, Variational: true);
            yield return new BottleneckStage(new Bottleneck(options, [], Build(decoder), new BernoulliLikelihood(), init));
        }

        if (Head.Count > 0) yield return new ClassifierStage(new Chain(Build(Head)));
    }
}
