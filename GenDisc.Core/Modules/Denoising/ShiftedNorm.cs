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
    private const double Epsilon = 1e-5;
    private readonly TorchSharp.Modules.Parameter scale;
    private readonly TorchSharp.Modules.Parameter offset;
    private readonly bool silu;

    public ShiftedNorm(int channels, bool silu)
        : base(nameof(ShiftedNorm))
    {
        if (channels % Groups != 0)
            throw new ArgumentException($"{channels} channels are no multiple of {Groups}", nameof(channels));
        this.silu = silu;
        scale = new TorchSharp.Modules.Parameter(ones(channels));
        offset = new TorchSharp.Modules.Parameter(zeros(channels));
        RegisterComponents();
    }

    /// <param name="x">`[batch, c, h, w]`</param>
    /// <param name="shift">`[batch, c]`, or null: nothing is added.</param>
    public Tensor Of(Tensor x, Tensor? shift)
    {
        using var scope = NewDisposeScope();
        var moved = shift is null ? x : x + shift.unsqueeze(2).unsqueeze(3);
        var normal = functional.group_norm(moved, Groups, scale, offset, Epsilon);
        return (silu ? functional.silu(normal) : normal).MoveToOuterDisposeScope();
    }
}
