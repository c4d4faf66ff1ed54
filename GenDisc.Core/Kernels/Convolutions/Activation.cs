using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// ReLU and 2×2 maximum, each or both or neither, of images with channels last. What the gradient needs is one mark (a
/// byte) an output: which of its four pixels was the maximum, or <see cref="Closed"/> where the ReLU lets nothing
/// through.
/// </summary>
/// <remarks>
/// Ties and NaN as in libtorch: the first of equal maxima counts, NaN is larger than every number (the last one
/// counts), and the ReLU passes NaN and its gradient. The rectified maximum is the maximum of rectified numbers.
/// </remarks>
/// <param name="Channels">Of the image.</param>
/// <param name="Width">Of the image.</param>
internal readonly unsafe record struct Activation(int Channels, int Width, bool Relu, bool Pool)
{
    private const byte Closed = 4;

    /// <summary>Pixels of a row of outputs.</summary>
    public int OutputWidth => Pool ? Width / 2 : Width;

    /// <summary>Whether the gradient needs marks.</summary>
    public bool Marks => Relu || Pool;

    /// <summary>Bytes from the marks of a pixel to those of the next.</summary>
    public int MarkStride => Lanes.RoundUp(Channels);

    /// <summary>Rows of outputs from rows of inputs.</summary>
    public int OutputRows(int rows) => Pool ? rows / 2 : rows;

    /// <param name="input">`[rows, width, stride]`, the stride in whole vectors.</param>
    /// <param name="stride">Floats from an input pixel to the next.</param>
    /// <param name="rows">Even where pooled, but for the last, odd row, which is dropped.</param>
    /// <param name="output">`[rows', width', channels]`.</param>
    /// <param name="marks">`[rows', width', MarkStride]`, or null if no one asks for a gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(float* input, int stride, int rows, float* output, byte* marks)
    {
        nint row = (nint)Width * stride, step = Pool ? 2 * stride : stride;
        var last = stackalloc float[Lanes.Count];
        for (var y = 0; y < OutputRows(rows); y++)
        {
            var pixel = input + (y * (Pool ? 2 * row : row));
            for (var x = 0; x < OutputWidth; x++, pixel += step, output += Channels)
            {
                for (var c = 0; c < Channels; c += Lanes.Count)
                {
                    var value = Vector256.Load(pixel + c);
                    var mark = Vector256<float>.Zero;
                    if (Pool)
                    {
                        (value, mark) = Larger(value, mark, Vector256.Load(pixel + c + stride), 1);
                        (value, mark) = Larger(value, mark, Vector256.Load(pixel + c + row), 2);
                        (value, mark) = Larger(value, mark, Vector256.Load(pixel + c + row + stride), 3);
                    }

                    if (Relu)
                    {
                        var closed = Avx.CompareLessThanOrEqual(value, Vector256<float>.Zero);
                        mark = Avx.BlendVariable(mark, Vector256.Create((int)Closed).AsSingle(), closed);
                        value = Avx.AndNot(closed, value);
                    }

                    if (marks != null) StoreMarks(mark.AsInt32(), marks + c);
                    if (c + Lanes.Count <= Channels) value.Store(output + c);
                    else
                    {
                        value.Store(last);
                        for (var i = c; i < Channels; i++) output[i] = last[i - c];
                    }
                }

                if (marks != null) marks += MarkStride;
            }
        }
    }

    /// <summary>Writes the gradient of the inputs, but for a dropped row or column.</summary>
    /// <param name="gradient">Of the outputs, `[rows', width', channels]`.</param>
    /// <param name="marks">As the forward pass left them.</param>
    /// <param name="rows">Of the inputs.</param>
    /// <param name="target">Gradient of the inputs.</param>
    /// <param name="stride">Floats from an input pixel to the next.</param>
    /// <param name="rowStride">Floats from an input row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(float* gradient, byte* marks, int rows, float* target, nint stride, nint rowStride)
    {
        nint step = Pool ? 2 * stride : stride;
        for (var y = 0; y < OutputRows(rows); y++)
        {
            var pixel = target + (y * (Pool ? 2 * rowStride : rowStride));
            for (var x = 0; x < OutputWidth; x++, pixel += step, gradient += Channels, marks += MarkStride)
            {
                var c = 0;
                for (; c + Lanes.Count <= Channels; c += Lanes.Count)
                {
                    var value = Vector256.Load(gradient + c);
                    var mark = Avx2.ConvertToVector256Int32(marks + c);
                    Where(mark, 0, value).Store(pixel + c);
                    if (!Pool) continue;
                    Where(mark, 1, value).Store(pixel + c + stride);
                    Where(mark, 2, value).Store(pixel + c + rowStride);
                    Where(mark, 3, value).Store(pixel + c + rowStride + stride);
                }

                for (; c < Channels; c++)
                {
                    var mark = marks[c];
                    pixel[c] = mark == 0 ? gradient[c] : 0;
                    if (!Pool) continue;
                    pixel[c + stride] = mark == 1 ? gradient[c] : 0;
                    pixel[c + rowStride] = mark == 2 ? gradient[c] : 0;
                    pixel[c + rowStride + stride] = mark == 3 ? gradient[c] : 0;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Value, Vector256<float> Mark) Larger(
        Vector256<float> value, Vector256<float> mark, Vector256<float> other, int otherMark)
    {
        var takes = Avx.Or(Avx.CompareGreaterThan(other, value), Avx.CompareUnordered(other, other));
        return (
            Avx.BlendVariable(value, other, takes),
            Avx.BlendVariable(mark, Vector256.Create(otherMark).AsSingle(), takes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Where(Vector256<int> mark, int position, Vector256<float> value) =>
        Avx.And(Avx2.CompareEqual(mark, Vector256.Create(position)).AsSingle(), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreMarks(Vector256<int> mark, byte* target)
    {
        var words = Sse41.PackUnsignedSaturate(mark.GetLower(), mark.GetUpper());
        *(ulong*)target = Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16()).AsUInt64().ToScalar();
    }
}
