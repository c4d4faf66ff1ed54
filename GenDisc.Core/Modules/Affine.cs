using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>x Wᵀ + b: `[batch, inputs]` to `[batch, outputs]`.</summary>
public sealed class Affine : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;

    public Affine(int inputs, int outputs, RandomStream init)
        : base(nameof(Affine))
    {
        weight = Initialise.FanIn(init, inputs, outputs, inputs);
        bias = Initialise.FanIn(init, inputs, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.linear(input, weight, bias);
}
