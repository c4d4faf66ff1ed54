using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// 3×3 convolution (stride 1, padding 1) with bias, then perhaps ReLU, then perhaps 2×2 maximum (stride 2, an odd last
/// row or column dropped), in one pass: `[batch, c, h, w]` to `[batch, oc, h', w']`, the latter with channels last in
/// memory. The weight is `[oc, c, 3, 3]`, or `[c, oc, 3, 3]` where transposed.
/// </summary>
internal static unsafe class ConvolutionBlock
{
    /// <summary>Floats of an image, so that positions within it are 32-bit.</summary>
    private const long MostFloats = 1 << 24;

    /// <summary>
    /// Floats of a weight that stay in a second-level cache of 512 kB. Beyond (from 128 to 128 channels), libtorch's
    /// kernels took 106 ms for 128 images of 8 × 8 and the gradients, these 116 to 128 ms (one thread, Zen 3); from 64
    /// to 128 channels they were level, and with fewer these are faster.
    /// </summary>
    private const long MostWeights = 128 << 10;

    private const int Wide = 16;

    /// <summary>x contiguous or with channels last.</summary>
    public static bool Fits(Tensor x, Tensor weight, Tensor bias) =>
        Simd.FitsStrided(x) && Simd.Fits(weight) && Simd.Fits(bias)
        && x.dim() == 4 && weight.dim() == 4 && bias.dim() == 1
        && weight.size(2) == 3 && weight.size(3) == 3
        && weight.numel() <= MostWeights
        && x.numel() > 0 && bias.size(0) > 0 && x.size(0) < int.MaxValue
        && (x.size(2) + 4) * (x.size(3) + 4) * Math.Max(x.size(1), bias.size(0)) < MostFloats
        && (LibTorch.IsContiguous(x.Handle) || ChannelsLast.Is(x));

    /// <summary>
    /// Whether libtorch is faster at a convolution with nothing to join to it: where it has vectors of sixteen, channels
    /// fill them, and neither input nor output has to be brought to another order. From 16 to 16 channels of 128 images of
    /// 28 × 28 it took 2.5 ms forward and 5.0 backward, the tiles of <see cref="WideKernel"/> 3.2 and 6.2 (one thread, Zen 5).
    /// </summary>
    public static bool IsFasterApart(Tensor x, Tensor weight) =>
        WideKernel.Available && weight.size(0) >= Wide && weight.size(1) >= Wide && ChannelsLast.Is(x);

    /// <summary>Only where <see cref="Fits"/>.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, bool transposed, bool relu, bool pool)
    {
        var sizes = new ConvolutionSizes(
            (int)x.size(0),
            (int)x.size(1),
            (int)x.size(2),
            (int)x.size(3),
            (int)bias.size(0),
            ChannelsLast.Is(x),
            transposed,
            relu,
            pool);
        var (first, second) = transposed ? (sizes.Inputs, sizes.Outputs) : (sizes.Outputs, sizes.Inputs);

        // Where there is no result, the message is libtorch's.
        if (weight.size(0) != first || weight.size(1) != second || sizes.OutputHeight == 0 || sizes.OutputWidth == 0)
            return Twin(x, weight, bias, transposed, relu, pool);

        var records = GradientNode.Records(x, weight) || GradientNode.Records(bias);
        var output = ChannelsLast.Empty(sizes.Batch, sizes.Outputs, sizes.OutputHeight, sizes.OutputWidth);
        var marks = records && sizes.Activation.Marks ? RentMarks(sizes) : null;
        Forward(x, weight, bias, sizes, output, marks);
        if (!records) return output;
        var node = ConvolutionNode.Nodes.Rent();
        node.Save(x, weight, bias, marks, sizes);
        node.Attach([x.Handle, weight.Handle, bias.Handle], output);
        return output;
    }

    /// <summary>The same by operations of libtorch.</summary>
    public static Tensor Twin(Tensor x, Tensor weight, Tensor bias, bool transposed, bool relu, bool pool)
    {
        var y = transposed
            ? functional.conv_transpose2d(x, weight, bias, strides: [1, 1], padding: [1, 1])
            : functional.conv2d(x, weight, bias, strides: [1, 1], padding: [1, 1]);
        if (relu) y = functional.relu(y);
        return pool ? functional.max_pool2d(y, 2) : y;
    }

    private static byte* RentMarks(in ConvolutionSizes sizes) => (byte*)Memory.Rent(
        (nuint)sizes.Batch * (nuint)(sizes.OutputHeight * sizes.OutputWidth) * (nuint)sizes.Activation.MarkStride);

    private static void Forward(
        Tensor x, Tensor weight, Tensor bias, in ConvolutionSizes sizes, Tensor output, byte* marks)
    {
        var (c, outputs) = (sizes.Inputs, sizes.Outputs);
        var image = new PaddedImage(sizes.Height, sizes.Width, c, Correlation.StrideOf(c, outputs));
        var order = WeightOrder.Of(c, outputs, sizes.Transposed);
        var pass = new ForwardPass
        {
            Input = (float*)LibTorch.Data(x.Handle),
            InputChannelsLast = sizes.InputChannelsLast,
            Batch = sizes.Batch,
            Image = image,
            Correlation = new(
                image, outputs, (float*)LibTorch.Data(weight.Handle), order, (float*)LibTorch.Data(bias.Handle)),
            Activation = sizes.Activation,
            Output = (float*)LibTorch.Data(output.Handle),
            Marks = marks,
        };
        pass.Run();
        pass.Correlation.GiveBack();
    }
}
