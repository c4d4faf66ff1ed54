using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>The same x Wᵀ + b at every step: `[batch, steps, inputs]` to `[batch, steps, outputs]`.</summary>
public sealed class StepAffine : Module<Tensor, Tensor>, IFusible
{
    private readonly Affine affine;
    private readonly bool kernels;

    public StepAffine(int inputs, int outputs, RandomStream init, bool kernels = true)
        : base(nameof(StepAffine))
    {
        this.kernels = kernels;
        affine = new Affine(inputs, outputs, init, kernels);
        RegisterComponents();
    }

    bool IFusible.Fuses => kernels;

    bool IFusible.Pools => false;

    public override Tensor forward(Tensor input) => Apply(input, relu: false);

    Tensor IFusible.Apply(Tensor input, bool relu, bool pool) => Apply(input, relu);

    private Tensor Apply(Tensor input, bool relu)
    {
        using var rows = input.reshape(-1, input.size(2));
        using var mapped = ((IFusible)affine).Apply(rows, relu, pool: false);
        return mapped.view(input.size(0), input.size(1), -1);
    }
}
