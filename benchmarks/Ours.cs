using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Modules;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>An epoch as GenDisc's trainer runs it.</summary>
internal sealed class Ours : IDisposable
{
    private readonly HybridModel model;
    private readonly GradientLearner learner;
    private readonly Split split;
    private readonly RandomStream shuffle = new(1, "shuffle");
    private int epoch;

    public Ours(string name, Dataset data)
    {
        split = Split.All(data);
        var init = new RandomStream(1, "init");
        Chain Dense(params int[] sizes)
        {
            var links = new List<torch.nn.Module<torch.Tensor, torch.Tensor>>();
            for (var i = 1; i < sizes.Length; i++)
            {
                links.Add(new Affine(sizes[i - 1], sizes[i], init));
                if (i < sizes.Length - 1) links.Add(Pure.Relu());
            }

            return new Chain(links);
        }

        model = name == "mlp"
            ? new HybridModel([new TrunkStage(new Chain([Pure.Reshape([784])])), new ClassifierStage(Dense(784, 512, 256, 10))])
            : new HybridModel(
            [
                new TrunkStage(new Chain([Pure.Reshape([784]), new Affine(784, 400, init), Pure.Relu()])),
                new BottleneckStage(new Bottleneck(
                    new BottleneckOptions(400, 32, Variational: true),
                    [],
                    [new Affine(32, 400, init), Pure.Relu(), new Affine(400, 784, init), Pure.Reshape([1, 28, 28])],
                    new BernoulliLikelihood(),
                    init)),
                new ClassifierStage(Dense(32, 128, 10)),
            ]);
        WeightedTerm Weigh(LossTerm term)
        {
            var weight = term.Name == "crossEntropy" ? 1 : 0.1;
            return new WeightedTerm(term, _ => weight, weight);
        }

        learner = new GradientLearner(
            model,
            [.. LossTerm.ApplicableTo(model).Select(Weigh)],
            new OptimiserOptions(OptimiserKind.Adam, 1e-3),
            clip: null,
            new Streams(1).Noise(torch.CPU));
    }

    public void Epoch()
    {
        epoch++;
        var (tally, step) = (new Tally(), 0);
        foreach (var batch in Batches.Shuffled(split, Epochs.BatchSize, shuffle, torch.CPU))
        {
            using (batch) learner.Step(batch, new StepSettings(epoch, ++step, 1), tally);
        }
    }

    public void Dispose()
    {
        learner.Dispose();
        model.Dispose();
    }
}
