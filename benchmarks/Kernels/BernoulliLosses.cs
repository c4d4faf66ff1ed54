using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Losses;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>Loss and gradient of a batch of decoded images.</summary>
public class BernoulliLosses
{
    private readonly Tensor logits = randn(128, 784);
    private readonly Tensor x = rand(128, 784);
    private readonly Tensor gradient = empty(128, 784);

    [Benchmark]
    public double Kernel() => BernoulliLoss.Sum(logits, x, 1.0 / 128, gradient);

    [Benchmark(Baseline = true)]
    public double Twin() => BernoulliLoss.Twin(logits, x, 1.0 / 128, gradient);
}
