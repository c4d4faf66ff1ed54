using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;

namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>
/// The backward pass of <see cref="GroupNormBlock"/>, image by image. With x̂ = (x + s − μ) / σ, y = w x̂ + b and g = ∂L/∂y:
/// ∂L/∂x = (w g − mean(w g) − x̂ mean(w g x̂)) / σ, means over the group; ∂L/∂s is its sum over the pixels.
/// </summary>
internal unsafe struct GroupNormGradient
{
    private const int Count = Convolutions.Lanes.Count;

    public required GroupNormSizes Sizes;
    public required float* Input;

    /// <summary>Null: nothing was added.</summary>
    public required float* Shift;
    public required float* Scale;
    public required float* Offset;

    /// <summary>As <see cref="GroupNormPass.Moments"/>.</summary>
    public required float* Moments;

    /// <summary>Of the output, with channels last.</summary>
    public required float* Gradient;

    /// <summary>∂L/∂x, as the input.</summary>
    public required float* InputGradient;

    /// <summary>∂L/∂s `[batch, c]`; may be null.</summary>
    public required float* ShiftGradient;

    /// <summary>Of each image and channel, its part of ∂L/∂w, then of ∂L/∂b.</summary>
    public required double* Parts;

    public void Run()
    {
        fixed (GroupNormGradient* state = &this) Team.For(Sizes.Batch, &Image, state);
    }

    /// <summary>The parts of all images, in their order: ∂L/∂w or ∂L/∂b `[c]`.</summary>
    public readonly void WriteSum(bool ofScale, float* target)
    {
        var channels = Sizes.Channels;
        for (var c = 0; c < channels; c++)
        {
            var part = Parts + (ofScale ? c : channels + c);
            var sum = 0.0;
            for (var image = 0; image < Sizes.Batch; image++) sum += part[(nint)image * 2 * channels];
            target[c] = (float)sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Image(void* state, int image)
    {
        ref readonly var pass = ref *(GroupNormGradient*)state;
        var (channels, members) = (pass.Sizes.Channels, pass.Sizes.Members);
        var at = image * pass.Sizes.Image;
        var moments = pass.Moments + ((nint)image * 2 * pass.Sizes.Groups);
        var shift = pass.Shift == null ? null : pass.Shift + ((nint)image * channels);
        var products = pass.Parts + ((nint)image * 2 * channels);
        var scratch = (byte*)Memory.Rent((nuint)channels * (sizeof(double) + (3 * sizeof(float))));
        var normals = (double*)scratch;
        var inverse = (float*)(normals + channels);
        for (var c = 0; c < channels; c++)
        {
            var moment = moments + (2 * (c / members));
            inverse[c] = moment[1];
            inverse[channels + c] = ((shift == null ? 0 : shift[c]) - moment[0]) * moment[1];
        }

        new Span<double>(products, 2 * channels).Clear();
        new Span<double>(normals, channels).Clear();
        float* input = pass.Input + at, gradient = pass.Gradient + at, result = pass.InputGradient + at;
        if (WideGroupNorm.Fits(channels)) WideGroupNorm.Sum(pass, input, gradient, inverse, result, products, normals);
        else pass.Sum(input, gradient, inverse, result, products, normals);
        pass.Factors(moments, products, normals, inverse, image);
        if (WideGroupNorm.Fits(channels)) WideGroupNorm.WriteGradient(pass.Sizes, input, inverse, result);
        else pass.Write(input, inverse, result);
        Memory.GiveBack(scratch);
    }

    /// <summary>Writes g, and sums g x̂, g and x̂ over the pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sum(
        float* input, float* gradient, float* inverse, float* result, double* products, double* normals)
    {
        var (channels, pixels) = (Sizes.Channels, Sizes.Pixels);
        for (var start = 0; start < pixels; start += GroupNormPass.Chunk)
        {
            var end = Math.Min(pixels, start + GroupNormPass.Chunk);
            for (var c = 0; c < channels; c += Count)
            {
                var (factor, term) = (Vector256.Load(inverse + c), Vector256.Load(inverse + channels + c));
                var (scale, offset) = (Vector256.Load(Scale + c), Vector256.Load(Offset + c));
                var (product, plain, normal) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
                var at = ((nint)start * channels) + c;
                for (var p = start; p < end; p++, at += channels)
                {
                    var x = Fma.MultiplyAdd(Vector256.Load(input + at), factor, term);
                    var g = Vector256.Load(gradient + at);
                    if (Sizes.Silu)
                    {
                        var y = Fma.MultiplyAdd(x, scale, offset);
                        var s = Elementary.Sigmoid(y);
                        g *= Fma.MultiplyAdd(y * s, Vector256<float>.One - s, s);
                    }

                    g.Store(result + at);
                    product = Fma.MultiplyAdd(g, x, product);
                    plain += g;
                    normal += x;
                }

                ChannelSums.Add(products + c, product);
                ChannelSums.Add(products + channels + c, plain);
                ChannelSums.Add(normals + c, normal);
            }
        }
    }

    /// <summary>
    /// ∂L/∂x = first g + second x + third: the three factors of each channel, over the two that stood there; and ∂L/∂s.
    /// </summary>
    private readonly void Factors(float* moments, double* products, double* normals, float* inverse, int image)
    {
        var (channels, members, pixels) = (Sizes.Channels, Sizes.Members, Sizes.Pixels);
        for (var group = 0; group < Sizes.Groups; group++)
        {
            var (first, last) = (group * members, (group + 1) * members);
            var (plain, product) = (0.0, 0.0);
            for (var c = first; c < last; c++)
            {
                product += Scale[c] * products[c];
                plain += Scale[c] * products[channels + c];
            }

            var count = (double)pixels * members;
            (plain, product) = (plain / count, product / count);
            double over = moments[(2 * group) + 1];
            for (var c = first; c < last; c++)
            {
                if (ShiftGradient != null)
                {
                    var sum = (Scale[c] * products[channels + c]) - (pixels * plain) - (normals[c] * product);
                    ShiftGradient[((nint)image * channels) + c] = (float)(over * sum);
                }

                var term = inverse[channels + c]; // x̂ = x over + term
                inverse[c] = (float)(over * Scale[c]);
                inverse[channels + c] = (float)(-over * over * product);
                inverse[(2 * channels) + c] = (float)(-over * (plain + (term * product)));
            }
        }
    }

    /// <summary>∂L/∂x from g, x and the three factors of each channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Write(float* input, float* factors, float* result)
    {
        var channels = Sizes.Channels;
        var end = input + Sizes.Image;
        while (input < end)
        {
            for (var c = 0; c < channels; c += Count)
            {
                var rest = Fma.MultiplyAdd(
                    Vector256.Load(input + c),
                    Vector256.Load(factors + channels + c),
                    Vector256.Load(factors + (2 * channels) + c));
                Fma.MultiplyAdd(Vector256.Load(result + c), Vector256.Load(factors + c), rest).Store(result + c);
            }

            input += channels;
            result += channels;
        }
    }
}
