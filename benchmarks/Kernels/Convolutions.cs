using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Convolutions;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>The convolutional benchmark model's blocks of convolution, ReLU and pool with their gradients.</summary>
public class Convolutions
{
    private Tensor x = null!;
    private Tensor weight = null!;
    private Tensor bias = null!;
    private Tensor gradient = null!;

    /// <summary>The first block needs no gradient of its input.</summary>
    [Params(true, false)]
    public bool First { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var (inputs, outputs, side) = First ? (1, 16, 28) : (16, 32, 14);
        x = randn(128, inputs, side, side, requires_grad: !First);
        weight = randn(outputs, inputs, 3, 3, requires_grad: true);
        bias = randn(outputs, requires_grad: true);
        gradient = randn(128, outputs, side / 2, side / 2);
    }

    [Benchmark]
    public void Kernel() => Both(ConvolutionBlock.Apply);

    [Benchmark(Baseline = true)]
    public void Twin() => Both(ConvolutionBlock.Twin);

    private void Both(Func<Tensor, Tensor, Tensor, bool, bool, bool, Tensor> block)
    {
        using var scope = NewDisposeScope();
        block(x, weight, bias, false, true, true).backward([gradient]);
    }
}
