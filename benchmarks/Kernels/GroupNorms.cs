using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Convolutions;
using GenDisc.Core.Kernels.Normalisation;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>Shift, group normalisation and SiLU of a batch with their gradients; the twin with channels first, where it is faster.</summary>
public class GroupNorms
{
    private const int Groups = 4;
    private readonly Tensor first = randn(128, 16, 28, 28, requires_grad: true);
    private readonly Tensor last = ChannelsLast.Empty(128, 16, 28, 28).normal_().requires_grad_(true);
    private readonly Tensor scale = ones(16, requires_grad: true);
    private readonly Tensor offset = zeros(16, requires_grad: true);
    private readonly Tensor shift = randn(128, 16, requires_grad: true);
    private readonly Tensor gradient = randn(128, 16, 28, 28);
    private readonly Tensor gradientLast = ChannelsLast.Empty(128, 16, 28, 28).normal_();

    [Benchmark]
    public void Kernel()
    {
        using var scope = NewDisposeScope();
        GroupNormBlock.Apply(last, scale, offset, shift, Groups, silu: true).backward([gradientLast]);
    }

    [Benchmark(Baseline = true)]
    public void Twin()
    {
        using var scope = NewDisposeScope();
        GroupNormBlock.Twin(first, scale, offset, shift, Groups, silu: true).backward([gradient]);
    }
}
