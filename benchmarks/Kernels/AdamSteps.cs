using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Optimisers;
using GenDisc.Core.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>
/// A step of Adam on the parameters of the benchmarks' mlp. A step drops the gradients, so both sides are given them
/// anew, which costs both alike.
/// </summary>
public class AdamSteps
{
    private static readonly OptimiserOptions Options = new(OptimiserKind.Adam, 1e-3);

    private readonly Parameter[] parameters =
    [
        new(randn(512, 784)), new(randn(512)), new(randn(256, 512)), new(randn(256)), new(randn(10, 256)), new(randn(10)),
    ];

    private Tensor[] gradients = null!;
    private ParameterUpdate kernel = null!;
    private ParameterUpdate twin = null!;

    [GlobalSetup]
    public void Prepare()
    {
        gradients = [.. parameters.Select(parameter => randn(parameter.shape))];
        kernel = ParameterUpdate.For(Options, parameters, kernels: true);
        twin = ParameterUpdate.For(Options, parameters, kernels: false);
    }

    [Benchmark]
    public void Kernel() => Step(kernel);

    [Benchmark(Baseline = true)]
    public void Twin() => Step(twin);

    private void Step(ParameterUpdate update)
    {
        for (var i = 0; i < parameters.Length; i++) parameters[i].grad = gradients[i];
        update.Step(1e-3, 1);
    }
}
