using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// 3×3 convolution, stride 1, padding 1: `[batch, inputs, h, w]` to `[batch, outputs, h, w]`. Transposed, it is the
/// adjoint with its own weights, which a decoder uses as the mirror.
/// </summary>
public sealed class Convolution : Module<Tensor, Tensor>
{
    private const int Size = 3;
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;
    private readonly bool transposed;

    public Convolution(int inputs, int outputs, bool transposed, RandomStream init)
        : base(nameof(Convolution))
    {
        this.transposed = transposed;
        var fanIn = inputs * Size * Size;
        weight = transposed
            ? Initialise.FanIn(init, fanIn, inputs, outputs, Size, Size)
            : Initialise.FanIn(init, fanIn, outputs, inputs, Size, Size);
        bias = Initialise.FanIn(init, fanIn, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => transposed
        ? functional.conv_transpose2d(input, weight, bias, strides: [1, 1], padding: [1, 1])
        : functional.conv2d(input, weight, bias, strides: [1, 1], padding: [1, 1]);
}
