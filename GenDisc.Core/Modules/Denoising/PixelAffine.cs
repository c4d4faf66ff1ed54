using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>1×1 convolution: an affine map of each pixel's channels, `[batch, inputs, h, w]` to `[batch, outputs, h, w]`.</summary>
internal sealed class PixelAffine : Module<Tensor, Tensor>
{
    private readonly Affine affine;
    private readonly int outputs;

    public PixelAffine(int inputs, int outputs, RandomStream init, bool kernels)
        : base(nameof(PixelAffine))
    {
        this.outputs = outputs;
        affine = new Affine(inputs, outputs, init, kernels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        // with channels last in memory these are views
        var pixels = input.permute(0, 2, 3, 1);
        var mapped = affine.call(pixels.reshape(-1, input.size(1)));
        return mapped.view(input.size(0), input.size(2), input.size(3), outputs)
            .permute(0, 3, 1, 2)
            .MoveToOuterDisposeScope();
    }
}
