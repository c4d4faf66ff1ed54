using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Losses;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>Divergence and gradient of a batch of posteriors.</summary>
public class GaussianKls
{
    private readonly Tensor posterior = randn(128, 64);
    private readonly Tensor gradient = empty(128, 64);

    [Benchmark]
    public double Kernel() => GaussianKlLoss.Sum(posterior, 1.0 / 128, gradient);

    [Benchmark(Baseline = true)]
    public double Twin() => GaussianKlLoss.Twin(posterior, 1.0 / 128, gradient);
}
