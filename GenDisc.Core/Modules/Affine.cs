using GenDisc.Core.Kernels.Products;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>x Wᵀ + b: `[batch, inputs]` to `[batch, outputs]`.</summary>
public sealed class Affine : Module<Tensor, Tensor>, IFusible
{
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;
    private readonly bool kernels;

    public Affine(int inputs, int outputs, RandomStream init, bool kernels = true)
        : base(nameof(Affine))
    {
        this.kernels = kernels;
        weight = Initialise.FanIn(init, inputs, outputs, inputs);
        bias = Initialise.FanIn(init, inputs, outputs);
        RegisterComponents();
    }

    bool IFusible.Fuses => kernels;

    bool IFusible.Pools => false;

    public override Tensor forward(Tensor input) => Apply(input, relu: false);

    Tensor IFusible.Apply(Tensor input, bool relu, bool pool) => Apply(input, relu);

    private Tensor Apply(Tensor input, bool relu) => kernels && AffineBlock.Fits(input, weight, bias)
        ? AffineBlock.Apply(input, weight, bias, relu)
        : AffineBlock.Twin(input, weight, bias, relu);
}
