using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;

namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>The forward pass of <see cref="GroupNormBlock"/>, image by image: an image stays in a cache between its readings.</summary>
internal unsafe struct GroupNormPass
{
    /// <summary>Pixels that are summed in single precision before their sum joins one in double.</summary>
    public const int Chunk = 256;

    private const int Count = Convolutions.Lanes.Count;

    public required GroupNormSizes Sizes;
    public required float* Input;

    /// <summary>Null: nothing is added.</summary>
    public required float* Shift;
    public required float* Scale;
    public required float* Offset;
    public required float* Output;

    /// <summary>Of each image and group, the mean after the shift and one over the deviation.</summary>
    public required float* Moments;

    public void Run()
    {
        fixed (GroupNormPass* state = &this) Team.For(Sizes.Batch, &Image, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Image(void* state, int image)
    {
        ref readonly var pass = ref *(GroupNormPass*)state;
        var channels = pass.Sizes.Channels;
        var input = pass.Input + (image * pass.Sizes.Image);
        var shift = pass.Shift == null ? null : pass.Shift + ((nint)image * channels);
        var moments = pass.Moments + ((nint)image * 2 * pass.Sizes.Groups);
        var sums = (double*)Memory.Rent((nuint)channels * 2 * sizeof(double));
        pass.Sum(input, sums);
        pass.Moment(input, shift, sums, moments);
        var factors = (float*)sums; // what is summed up is no longer needed
        for (var c = 0; c < channels; c++)
        {
            var (mean, inverse) = (moments[2 * (c / pass.Sizes.Members)], moments[(2 * (c / pass.Sizes.Members)) + 1]);
            var factor = inverse * pass.Scale[c];
            factors[c] = factor;
            factors[channels + c] = (((shift == null ? 0 : shift[c]) - mean) * factor) + pass.Offset[c];
        }

        var output = pass.Output + (image * pass.Sizes.Image);
        if (WideGroupNorm.Fits(channels)) WideGroupNorm.Write(pass.Sizes, input, factors, output);
        else pass.Write(input, factors, output);
        Memory.GiveBack(sums);
    }

    /// <summary>
    /// Of each channel Σ d and Σ d² over the pixels, with d the difference from the first pixel: squares of values far from 0
    /// would leave nothing of a small variance.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sum(float* input, double* sums)
    {
        var (channels, pixels) = (Sizes.Channels, Sizes.Pixels);
        new Span<double>(sums, 2 * channels).Clear();
        for (var start = 0; start < pixels; start += Chunk)
        {
            var end = Math.Min(pixels, start + Chunk);
            for (var c = 0; c < channels; c += Count)
            {
                var origin = Vector256.Load(input + c);
                var (sum, square) = (Vector256<float>.Zero, Vector256<float>.Zero);
                var (sum2, square2) = (Vector256<float>.Zero, Vector256<float>.Zero);
                var p = start;
                var x = input + ((nint)start * channels) + c;
                for (; p + 1 < end; p += 2, x += 2 * channels)
                {
                    var (d, d2) = (Vector256.Load(x) - origin, Vector256.Load(x + channels) - origin);
                    sum += d;
                    sum2 += d2;
                    square = Fma.MultiplyAdd(d, d, square);
                    square2 = Fma.MultiplyAdd(d2, d2, square2);
                }

                if (p < end)
                {
                    var d = Vector256.Load(x) - origin;
                    sum += d;
                    square = Fma.MultiplyAdd(d, d, square);
                }

                ChannelSums.Add(sums + c, sum + sum2);
                ChannelSums.Add(sums + channels + c, square + square2);
            }
        }
    }

    /// <summary>Mean and spread of each group from those of its channels.</summary>
    private readonly void Moment(float* input, float* shift, double* sums, float* moments)
    {
        var (channels, pixels, members) = (Sizes.Channels, Sizes.Pixels, Sizes.Members);
        for (var c = 0; c < channels; c++)
        {
            var (sum, square) = (sums[c], sums[channels + c]);
            sums[c] = input[c] + (sum / pixels) + (shift == null ? 0 : shift[c]);
            sums[channels + c] = Math.Max(0, square - (sum * sum / pixels));
        }

        for (var group = 0; group < Sizes.Groups; group++)
        {
            var (mean, square) = (0.0, 0.0);
            for (var c = group * members; c < (group + 1) * members; c++) mean += sums[c] / members;
            for (var c = group * members; c < (group + 1) * members; c++)
                square += sums[channels + c] + (pixels * (sums[c] - mean) * (sums[c] - mean));
            moments[2 * group] = (float)mean;
            moments[(2 * group) + 1] = (float)(1 / Math.Sqrt((square / ((double)pixels * members)) + GroupNormBlock.Epsilon));
        }
    }

    /// <summary>Each number by its channel's factors, then perhaps SiLU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Write(float* input, float* factors, float* output)
    {
        var channels = Sizes.Channels;
        var end = input + Sizes.Image;
        while (input < end)
        {
            for (var c = 0; c < channels; c += Count)
            {
                var y = Fma.MultiplyAdd(
                    Vector256.Load(input + c), Vector256.Load(factors + c), Vector256.Load(factors + channels + c));
                if (Sizes.Silu) y *= Elementary.Sigmoid(y);
                y.Store(output + c);
            }

            input += channels;
            output += channels;
        }
    }
}
