using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Convolutions;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>ReLU and pool of a batch with their gradient.</summary>
public class MaxPools
{
    private readonly Tensor x = randn(128, 16, 28, 28, requires_grad: true);
    private readonly Tensor gradient = randn(128, 16, 14, 14);

    [Benchmark]
    public void Kernel() => Both(MaxPool2.Apply);

    [Benchmark(Baseline = true)]
    public void Twin() => Both(MaxPool2.Twin);

    private void Both(Func<Tensor, bool, Tensor> pool)
    {
        using var scope = NewDisposeScope();
        pool(x, true).backward([gradient]);
    }
}
