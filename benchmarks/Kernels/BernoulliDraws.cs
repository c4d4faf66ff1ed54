using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Random;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>
/// 64,000 draws, as many as a step of contrastive divergence takes for 500 hidden units: from logits and from
/// probabilities, against torch.bernoulli.
/// </summary>
public class BernoulliDraws
{
    private readonly Tensor logits = randn(128, 500);
    private readonly Tensor probabilities = rand(128, 500);
    private readonly Tensor drawn = empty(128, 500);
    private readonly CounterStream stream = new(1, "benchmark");

    [Benchmark]
    public void Kernel() => BernoulliSampler.Sample(logits, drawn, null, stream);

    [Benchmark]
    public void KernelFromProbabilities() => BernoulliSampler.SampleProbabilities(probabilities, drawn, stream);

    [Benchmark(Baseline = true)]
    public void Bernoulli() => bernoulli(probabilities).Dispose();

    [Benchmark]
    public void SigmoidThenBernoulli()
    {
        using var chances = logits.sigmoid();
        bernoulli(chances).Dispose();
    }
}
