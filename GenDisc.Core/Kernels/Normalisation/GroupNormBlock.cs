using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Convolutions;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>
/// Group normalisation (Wu and He 2018, eq. 1 to 7) of images with channels last in memory, perhaps after adding a number to
/// each channel of each example, and perhaps with SiLU (y σ(y)) after it, in one pass: `[batch, c, h, w]` to the same. For
/// the gradient only mean and deviation of each group are kept beside the input.
/// </summary>
internal static unsafe class GroupNormBlock
{
    /// <summary>Added to the variance, as PyTorch has it.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>x with channels last, a multiple of 8.</summary>
    public static bool Fits(Tensor x, Tensor scale, Tensor offset, Tensor? shift, int groups) =>
        Simd.FitsStrided(x) && Simd.Fits(scale) && Simd.Fits(offset) && x.dim() == 4 && x.numel() > 0
        && x.size(1) % Convolutions.Lanes.Count == 0 && x.size(1) % groups == 0
        && scale.numel() == x.size(1) && offset.numel() == x.size(1)
        && x.size(0) < int.MaxValue && x.size(1) * x.size(2) * x.size(3) < int.MaxValue
        && ChannelsLast.Is(x)
        && (shift is null || (Simd.Fits(shift) && shift.dim() == 2
            && shift.size(0) == x.size(0) && shift.size(1) == x.size(1)));

    /// <summary>Only where <see cref="Fits"/>.</summary>
    /// <param name="x">`[batch, c, h, w]`</param>
    /// <param name="scale">`[c]`</param>
    /// <param name="offset">`[c]`</param>
    /// <param name="shift">`[batch, c]`, or null: nothing is added.</param>
    /// <param name="groups">Of channels.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    public static Tensor Apply(Tensor x, Tensor scale, Tensor offset, Tensor? shift, int groups, bool silu)
    {
        var (batch, channels, height, width) = (x.size(0), x.size(1), x.size(2), x.size(3));
        var sizes = new GroupNormSizes((int)batch, (int)channels, (int)height, (int)width, groups, silu);
        var output = ChannelsLast.Empty(batch, channels, height, width);
        var moments = (float*)Memory.Rent((nuint)batch * (nuint)(2 * groups) * sizeof(float));
        new GroupNormPass
        {
            Sizes = sizes,
            Input = (float*)LibTorch.Data(x.Handle),
            Shift = shift is null ? null : (float*)LibTorch.Data(shift.Handle),
            Scale = (float*)LibTorch.Data(scale.Handle),
            Offset = (float*)LibTorch.Data(offset.Handle),
            Output = (float*)LibTorch.Data(output.Handle),
            Moments = moments,
        }.Run();
        if (!(GradientNode.Records(x, scale) || GradientNode.Records(offset) || (shift is not null && GradientNode.Records(shift))))
        {
            Memory.GiveBack(moments);
            return output;
        }

        var node = (shift is null ? GroupNormNode.Plain : GroupNormNode.Shifted).Rent();
        node.Save(x, scale, offset, shift, moments, sizes);
        if (shift is null) node.Attach([x.Handle, scale.Handle, offset.Handle], output);
        else node.Attach([x.Handle, scale.Handle, offset.Handle, shift.Handle], output);
        return output;
    }

    /// <summary>The same by operations of libtorch.</summary>
    public static Tensor Twin(Tensor x, Tensor scale, Tensor offset, Tensor? shift, int groups, bool silu)
    {
        var moved = shift is null ? x : x + shift.unsqueeze(2).unsqueeze(3);
        var normal = functional.group_norm(moved, groups, scale, offset, Epsilon);
        return silu ? functional.silu(normal) : normal;
    }
}
