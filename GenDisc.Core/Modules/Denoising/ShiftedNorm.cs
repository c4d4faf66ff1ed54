using GenDisc.Core.Kernels.Normalisation;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// Group normalisation (Wu and He 2018) of `[batch, c, h, w]` over at most 8 groups of at least 4 channels, perhaps after
/// adding a number to each channel of each example, and perhaps with SiLU after it. In groups of one channel, what is added
/// would be subtracted again with the mean, and the network would not hear of the time.
/// </summary>
internal sealed class ShiftedNorm : Module
{
    private const int MostGroups = 8;
    private const int FewestMembers = 4;
    private const int Multiple = 8;
    private readonly TorchSharp.Modules.Parameter scale;
    private readonly TorchSharp.Modules.Parameter offset;
    private readonly int groups;
    private readonly bool silu;
    private readonly bool kernels;

    public ShiftedNorm(int channels, bool silu, bool kernels)
        : base(nameof(ShiftedNorm))
    {
        if (channels <= 0 || channels % Multiple != 0)
            throw new ArgumentException($"{channels} channels are no multiple of {Multiple}", nameof(channels));
        groups = Math.Min(MostGroups, channels / FewestMembers);
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
        var result = kernels && GroupNormBlock.Fits(x, scale, offset, shift, groups)
            ? GroupNormBlock.Apply(x, scale, offset, shift, groups, silu)
            : GroupNormBlock.Twin(x, scale, offset, shift, groups, silu);
        return result.MoveToOuterDisposeScope();
    }
}
