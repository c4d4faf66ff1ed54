using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Losses;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>A draw for a batch and its gradient.</summary>
public class LatentDraws
{
    private readonly Tensor posterior = randn(128, 64, requires_grad: true);
    private readonly Tensor epsilon = randn(128, 32);
    private readonly Tensor gradient = randn(128, 32);

    [Benchmark]
    public void Kernel() => Both(LatentDraw.Apply);

    [Benchmark(Baseline = true)]
    public void Twin() => Both(LatentDraw.Twin);

    private void Both(Func<Tensor, Tensor, Tensor> draw)
    {
        using var scope = NewDisposeScope();
        draw(posterior, epsilon).backward([gradient]);
    }
}
