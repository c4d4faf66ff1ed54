using GenDisc.Core.Kernels.Normalisation;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// Group normalisation (Wu and He 2018) of `[batch, c, h, w]` over 8 groups of channels, perhaps after adding a number to
/// each channel of each example, and perhaps with SiLU after it.
/// </summary>
internal sealed class ShiftedNorm : Module
{
    public const int Groups = 8;
    private readonly TorchSharp.Modules.Parameter scale;
    private readonly TorchSharp.Modules.Parameter offset;
    private readonly bool silu;
    private readonly bool kernels;

    public ShiftedNorm(int channels, bool silu, bool kernels)
        : base(nameof(ShiftedNorm))
    {
        if (channels % Groups != 0)
            throw new ArgumentException($"{channels} channels are no multiple of {Groups}", nameof(channels));
        this.silu = silu;
        this.kernels = kernels;
        scale = new TorchSharp.Modules.Parameter(ones(channels));
        offset = new TorchSharp.Modules.Parameter(zeros(channels));
        RegisterComponents();
    }

    /// <param name="x">`[batch, c, h, w]`</param>
    /// <param name="shift">`[batch, c]`, or null: nothing is added.</param>
    public Tensor Of(Tensor x, Tensor? shift)
    {
        using var scope = NewDisposeScope();
        var result = kernels && GroupNormBlock.Fits(x, scale, offset, shift, Groups)
            ? GroupNormBlock.Apply(x, scale, offset, shift, Groups, silu)
            : GroupNormBlock.Twin(x, scale, offset, shift, Groups, silu);
        return result.MoveToOuterDisposeScope();
    }
}
