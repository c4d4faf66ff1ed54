using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>Logits of 10 classes over 500 hidden units for a batch, and their gradients.</summary>
public class ClassLogitSums
{
    private readonly Tensor hidden = randn(100, 500, requires_grad: true);
    private readonly Tensor weight = randn(500, 10, requires_grad: true);
    private readonly Tensor bias = randn(10, requires_grad: true);
    private readonly Tensor gradient = randn(100, 10);

    [Benchmark]
    public void Kernel() => Both(ClassLogits.Apply);

    [Benchmark(Baseline = true)]
    public void Twin() => Both(ClassLogits.Twin);

    private void Both(Func<Tensor, Tensor, Tensor, Tensor> logits)
    {
        using var scope = NewDisposeScope();
        logits(hidden, weight, bias).backward([gradient]);
        hidden.grad = null;
        weight.grad = null;
        bias.grad = null;
    }
}
