using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// The way of a U-Net from one resolution up to the next: a 1×1 convolution where the channels differ, nearest upsampling,
/// what the level above had on the way down is added, and a residual block.
/// </summary>
internal sealed class UNetRise : Module
{
    private readonly PixelAffine? narrow;
    private readonly DenoisingBlock block;

    public UNetRise(
        int below, int above, Func<int, int, Module<Tensor, Tensor>> convolution, RandomStream init, bool kernels)
        : base(nameof(UNetRise))
    {
        narrow = below == above ? null : new PixelAffine(below, above, init, kernels);
        block = new DenoisingBlock(above, above, convolution, init, kernels);
        RegisterComponents();
    }

    /// <param name="h">`[batch, below, ⌈h/2⌉, ⌈w/2⌉]`</param>
    /// <param name="passed">`[batch, above, h, w]`</param>
    /// <param name="told">`[batch, embedding]`</param>
    /// <returns>`[batch, above, h, w]`</returns>
    public Tensor Of(Tensor h, Tensor passed, Tensor told)
    {
        using var scope = NewDisposeScope();
        var small = narrow?.call(h) ?? h;
        var large = functional.interpolate(small, [passed.size(2), passed.size(3)]);
        return block.Of(large.add_(passed), told).MoveToOuterDisposeScope();
    }
}
