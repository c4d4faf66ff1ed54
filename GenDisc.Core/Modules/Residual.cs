using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>x + f(x), where f leaves the shape as it was (He et al. 2016).</summary>
public sealed class Residual : Module<Tensor, Tensor>
{
    private readonly Chain inner;

    public Residual(IEnumerable<Module<Tensor, Tensor>> inner)
        : base(nameof(Residual))
    {
        this.inner = new Chain(inner);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => input + inner.call(input);
}
