using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// Gradient of 3×3 weights: `[9·channels of left, pixels] · [pixels, channels of right]`, where left and right are the
/// input and the gradient of the output, or, mirrored, the other way round; whichever wastes less of the tiles.
/// </summary>
internal readonly unsafe struct WeightGradient
{
    /// <summary>Rows of both images that are summed at once stay in the first-level cache.</summary>
    private const int StripBytes = 24 << 10;

    private readonly PaddedImage left;
    private readonly PaddedImage right;
    private readonly int rows;
    private readonly int* at;

    /// <param name="left">Any stride.</param>
    /// <param name="right">A stride of whole vectors.</param>
    public WeightGradient(PaddedImage left, PaddedImage right)
    {
        this.left = left;
        this.right = right;
        var rowBytes = sizeof(float) * (left.RowStride + (right.Width * Math.Min(MicroKernel.Columns, right.Stride)));
        rows = Math.Clamp(StripBytes / rowBytes, Math.Min(4, left.Height), left.Height);
        at = (int*)Memory.Rent((nuint)Taps * sizeof(int));
        var i = 0;
        for (var y = 0; y < 3; y++)
            for (var x = 0; x < 3; x++)
                for (var c = 0; c < left.Channels; c++)
                    at[i++] = (y * left.RowStride) + (x * left.Stride) + c;
        for (; i < Taps; i++) at[i] = 0;
    }

    /// <summary>Floats of a block's sums: `[Taps, right.Stride]`.</summary>
    public int Size => Taps * right.Stride;

    /// <summary>Taps and channels of left, up to whole tiles.</summary>
    private int Taps =>
        ((WeightOrder.Taps * left.Channels) + MicroKernel.Rows - 1) / MicroKernel.Rows * MicroKernel.Rows;

    /// <summary>Whether the input should be left: the cost is channels of left times vectors of right.</summary>
    public static bool InputIsLeft(int inputs, int outputs) =>
        inputs * Lanes.RoundUp(outputs) <= outputs * Lanes.RoundUp(inputs);

    public void GiveBack() => Memory.GiveBack(at);

    /// <summary>Adds what one image has to give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(float* leftImage, float* rightImage, float* sums)
    {
        var walk = new MicroKernel.Runs
        {
            Length = left.Width,
            AStep = left.Stride,
            ARun = left.RowStride,
            BStep = right.Stride,
            BRun = right.RowStride,
        };
        var step = right.Stride;
        for (var y = 0; y < left.Height; y += rows)
        {
            walk.Count = Math.Min(rows, left.Height - y);
            var a = leftImage + ((nint)y * left.RowStride);
            var b = right.Inside(rightImage) + ((nint)y * right.RowStride);
            for (var c = 0; c < step; c += MicroKernel.Columns)
                for (var i = 0; i < Taps; i += MicroKernel.Rows)
                {
                    var sum = sums + ((nint)i * step) + c;
                    if (c + MicroKernel.Columns <= step)
                        MicroKernel.Sixteen(a, at + i, &walk, b + c, sum, step, sum, step);
                    else MicroKernel.Eight(a, at + i, &walk, b + c, sum, step, sum, step);
                }
        }
    }

    /// <param name="sums">Of all blocks.</param>
    /// <param name="order">Of the weights as a correlation from left to right.</param>
    /// <param name="gradient">In that order.</param>
    public void Write(float* sums, WeightOrder order, float* gradient)
    {
        for (var tap = 0; tap < WeightOrder.Taps; tap++)
            for (var i = 0; i < left.Channels; i++, sums += right.Stride)
                for (var o = 0; o < right.Channels; o++) gradient[order.At(o, i, tap)] = sums[o];
    }

    /// <summary>Adds up the pixels of an image: the gradient of the bias, `[channels in whole vectors]`.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddPixels(PaddedImage layout, float* image, float* sums)
    {
        for (var c = 0; c < layout.Channels; c += Lanes.Count)
        {
            var row = layout.Inside(image) + c;
            if (c + Lanes.Count > layout.Stride)
            {
                for (var i = c; i < layout.Channels; i++) sums[i] += SumOfPixels(layout, layout.Inside(image) + i);
                continue;
            }

            // Two sums, so that an addition need not wait for the one before.
            Vector256<float> even = Vector256.Load(sums + c), odd = Vector256<float>.Zero;
            for (var y = 0; y < layout.Height; y++, row += layout.RowStride)
            {
                var pixel = row;
                for (var x = 1; x < layout.Width; x += 2, pixel += 2 * layout.Stride)
                {
                    even += Vector256.Load(pixel);
                    odd += Vector256.Load(pixel + layout.Stride);
                }

                if (int.IsOddInteger(layout.Width)) even += Vector256.Load(pixel);
            }

            (even + odd).Store(sums + c);
        }
    }

    private static float SumOfPixels(PaddedImage layout, float* row)
    {
        float even = 0, odd = 0;
        for (var y = 0; y < layout.Height; y++, row += layout.RowStride)
        {
            var pixel = row;
            for (var x = 1; x < layout.Width; x += 2, pixel += 2 * layout.Stride)
            {
                even += *pixel;
                odd += pixel[layout.Stride];
            }

            if (int.IsOddInteger(layout.Width)) even += *pixel;
        }

        return even + odd;
    }
}
