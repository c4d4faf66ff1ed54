using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Products;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>784 to 512 with ReLU, forward and backward. Two thirds and more of it is matrix products that both share.</summary>
public class AffineBlocks
{
    private readonly Tensor x = randn(128, 784);
    private readonly Parameter weight = new(randn(512, 784));
    private readonly Parameter bias = new(randn(512));
    private readonly Tensor gradient = randn(128, 512);
    private readonly Roots roots = new();

    [Benchmark]
    public void Kernel()
    {
        using var y = AffineBlock.Apply(x, weight, bias, relu: true);
        roots.Clear();
        roots.Add(y, gradient);
        roots.Backward();
        Drop();
    }

    [Benchmark(Baseline = true)]
    public void Twin()
    {
        using var scope = NewDisposeScope();
        AffineBlock.Twin(x, weight, bias, relu: true).backward([gradient]);
        Drop();
    }

    private void Drop()
    {
        weight.grad = null;
        bias.grad = null;
    }
}
