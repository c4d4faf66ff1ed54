using GenDisc.Core.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>TorchSharp's optimisers; the twin of <see cref="FusedUpdate"/>.</summary>
internal sealed class TensorUpdate : ParameterUpdate
{
    private readonly optim.Optimizer optimiser;

    public TensorUpdate(OptimiserOptions options, IReadOnlyList<Parameter> parameters)
        : base(parameters) => optimiser = options.Build(parameters);

    public override double GradientNorm()
    {
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var sum = 0.0;
        foreach (var parameter in Parameters)
        {
            if (Gradients.Of(parameter) is var handle && handle == 0) continue;
            var gradient = Tensor.UnsafeCreateTensor(handle);
            sum += gradient.to(ScalarType.Float64).square().sum().ToDouble();
        }

        return Math.Sqrt(sum);
    }

    public override void Step(double rate, double gradientScale)
    {
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        foreach (var parameter in Parameters)
        {
            if (Gradients.Of(parameter) is var handle && handle == 0) continue;
            var gradient = Tensor.UnsafeCreateTensor(handle);
            if (gradientScale != 1) parameter.grad = gradient * gradientScale;
        }

        foreach (var group in optimiser.ParamGroups) group.LearningRate = rate;
        optimiser.step();
        DropGradients();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) optimiser.Dispose();
    }
}
