using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>Convolution over three pixels of a row, padded by one: `[batch, inputs, h, w]` to `[batch, outputs, h, w]`.</summary>
internal sealed class RowConvolution : Module<Tensor, Tensor>
{
    private const int Size = 3;
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;

    public RowConvolution(int inputs, int outputs, RandomStream init)
        : base(nameof(RowConvolution))
    {
        weight = Initialise.FanIn(init, inputs * Size, outputs, inputs, 1, Size);
        bias = Initialise.FanIn(init, inputs * Size, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.conv2d(input, weight, bias, strides: [1, 1], padding: [0, 1]);
}
