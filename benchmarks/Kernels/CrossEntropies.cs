using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Losses;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>Loss, gradient and right answers of a batch of ten classes.</summary>
public class CrossEntropies
{
    private readonly Tensor logits = randn(128, 10);
    private readonly Tensor labels = randint(0, 10, 128, dtype: int64);
    private readonly Tensor gradient = empty(128, 10);

    [Benchmark]
    public double Kernel() => CrossEntropyLoss.Sum(logits, labels, 1.0 / 128, gradient, out _);

    [Benchmark(Baseline = true)]
    public double Twin() => CrossEntropyLoss.Twin(logits, labels, 1.0 / 128, gradient, out _);
}
