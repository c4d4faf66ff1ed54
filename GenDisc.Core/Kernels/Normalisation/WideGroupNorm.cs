using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Vectors;

namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>
/// The passes of <see cref="GroupNormPass"/> and <see cref="GroupNormGradient"/> over the pixels in vectors of sixteen
/// channels (AVX-512). Lanes are channels, and pixels follow in the same order, so the bits are the same.
/// </summary>
internal static unsafe class WideGroupNorm
{
    private const int Count = 16;

    /// <summary>Whether so many channels fill whole vectors, on a machine that runs them at full speed.</summary>
    public static bool Fits(int channels) => Vector512.IsHardwareAccelerated && channels % Count == 0;

    /// <inheritdoc cref="GroupNormPass.Write"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(in GroupNormSizes sizes, float* input, float* factors, float* output)
    {
        var (channels, pixels, silu) = (sizes.Channels, sizes.Pixels, sizes.Silu);
        for (var c = 0; c < channels; c += Count)
        {
            var (factor, term) = (Vector512.Load(factors + c), Vector512.Load(factors + channels + c));
            float* from = input + c, to = output + c;
            for (var p = 0; p < pixels; p++, from += channels, to += channels)
            {
                var y = Vector512.FusedMultiplyAdd(Vector512.Load(from), factor, term);
                if (silu) y *= WideElementary.Sigmoid(y);
                y.Store(to);
            }
        }
    }

    /// <inheritdoc cref="GroupNormGradient.Sum"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(
        in GroupNormGradient pass, float* input, float* gradient, float* inverse, float* result, double* products, double* normals)
    {
        var (channels, pixels, silu) = (pass.Sizes.Channels, pass.Sizes.Pixels, pass.Sizes.Silu);
        for (var start = 0; start < pixels; start += GroupNormPass.Chunk)
        {
            var end = Math.Min(pixels, start + GroupNormPass.Chunk);
            for (var c = 0; c < channels; c += Count)
            {
                var (factor, term) = (Vector512.Load(inverse + c), Vector512.Load(inverse + channels + c));
                var (scale, offset) = (Vector512.Load(pass.Scale + c), Vector512.Load(pass.Offset + c));
                var (product, plain, normal) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                var at = ((nint)start * channels) + c;
                for (var p = start; p < end; p++, at += channels)
                {
                    var x = Vector512.FusedMultiplyAdd(Vector512.Load(input + at), factor, term);
                    var g = Vector512.Load(gradient + at);
                    if (silu)
                    {
                        var y = Vector512.FusedMultiplyAdd(x, scale, offset);
                        var s = WideElementary.Sigmoid(y);
                        g *= Vector512.FusedMultiplyAdd(y * s, Vector512<float>.One - s, s);
                    }

                    g.Store(result + at);
                    product = Vector512.FusedMultiplyAdd(g, x, product);
                    plain += g;
                    normal += x;
                }

                Add(products + c, product);
                Add(products + channels + c, plain);
                Add(normals + c, normal);
            }
        }
    }

    /// <inheritdoc cref="GroupNormGradient.Write"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteGradient(in GroupNormSizes sizes, float* input, float* factors, float* result)
    {
        var (channels, pixels) = (sizes.Channels, sizes.Pixels);
        for (var c = 0; c < channels; c += Count)
        {
            var (first, second) = (Vector512.Load(factors + c), Vector512.Load(factors + channels + c));
            var third = Vector512.Load(factors + (2 * channels) + c);
            float* from = input + c, to = result + c;
            for (var p = 0; p < pixels; p++, from += channels, to += channels)
            {
                var rest = Vector512.FusedMultiplyAdd(Vector512.Load(from), second, third);
                Vector512.FusedMultiplyAdd(Vector512.Load(to), first, rest).Store(to);
            }
        }
    }

    private static void Add(double* sums, Vector512<float> values)
    {
        ChannelSums.Add(sums, values.GetLower());
        ChannelSums.Add(sums + 8, values.GetUpper());
    }
}
