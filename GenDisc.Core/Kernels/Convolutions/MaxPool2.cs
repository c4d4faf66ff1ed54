using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// 2×2 maximum, stride 2, an odd last row or column dropped, perhaps after a ReLU: `[batch, c, h, w]` to
/// `[batch, c, h/2, w/2]`, the latter with channels last in memory.
/// </summary>
internal static unsafe class MaxPool2
{
    /// <summary>x contiguous or with channels last, and at least 2 × 2: libtorch refuses less.</summary>
    public static bool Fits(Tensor x) =>
        Simd.FitsStrided(x) && x.dim() == 4 && x.numel() > 0 && x.size(2) > 1 && x.size(3) > 1
        && x.size(1) * x.size(2) * x.size(3) < int.MaxValue && x.size(0) < int.MaxValue
        && (LibTorch.IsContiguous(x.Handle) || ChannelsLast.Is(x));

    /// <summary>Only where <see cref="Fits"/>.</summary>
    public static Tensor Apply(Tensor x, bool relu)
    {
        var (batch, channels) = ((int)x.size(0), (int)x.size(1));
        var (height, width) = ((int)x.size(2), (int)x.size(3));
        var output = ChannelsLast.Empty(batch, channels, height / 2, width / 2);
        var pass = new MaxPoolPass
        {
            Batch = batch,
            Height = height,
            Activation = new(channels, width, relu, true),
            ChannelsLast = ChannelsLast.Is(x),
            Full = (float*)LibTorch.Data(x.Handle),
            Pooled = (float*)LibTorch.Data(output.Handle),
            Marks = null,
        };
        var records = GradientNode.Records(x);
        if (records) pass.Marks = (byte*)Memory.Rent((nuint)batch * (nuint)pass.MarksSize);
        pass.Forward();
        if (!records) return output;
        var node = MaxPoolNode.Nodes.Rent();
        node.Save(pass);
        node.Attach([x.Handle], output);
        return output;
    }

    /// <summary>The same by operations of libtorch.</summary>
    public static Tensor Twin(Tensor x, bool relu) => functional.max_pool2d(relu ? functional.relu(x) : x, 2);
}
