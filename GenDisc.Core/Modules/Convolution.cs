using GenDisc.Core.Kernels.Convolutions;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// 3×3 convolution, stride 1, padding 1: `[batch, inputs, h, w]` to `[batch, outputs, h, w]`. Transposed, it is the
/// adjoint with its own weights, which a decoder uses as the mirror.
/// </summary>
public sealed class Convolution : Module<Tensor, Tensor>, IFusible
{
    private const int Size = 3;
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;
    private readonly bool transposed;
    private readonly bool kernels;

    public Convolution(int inputs, int outputs, bool transposed, RandomStream init, bool kernels = true)
        : base(nameof(Convolution))
    {
        this.transposed = transposed;
        this.kernels = kernels;
        var fanIn = inputs * Size * Size;
        weight = transposed
            ? Initialise.FanIn(init, fanIn, inputs, outputs, Size, Size)
            : Initialise.FanIn(init, fanIn, outputs, inputs, Size, Size);
        bias = Initialise.FanIn(init, fanIn, outputs);
        RegisterComponents();
    }

    bool IFusible.Fuses => kernels;

    bool IFusible.Pools => true;

    public override Tensor forward(Tensor input) => Apply(input, relu: false, pool: false);

    Tensor IFusible.Apply(Tensor input, bool relu, bool pool) => Apply(input, relu, pool);

    private Tensor Apply(Tensor input, bool relu, bool pool) =>
        kernels && ConvolutionBlock.Fits(input, weight, bias) && (relu || pool || !ConvolutionBlock.IsFasterApart(input, weight))
            ? ConvolutionBlock.Apply(input, weight, bias, transposed, relu, pool)
            : ConvolutionBlock.Twin(input, weight, bias, transposed, relu, pool);
}
