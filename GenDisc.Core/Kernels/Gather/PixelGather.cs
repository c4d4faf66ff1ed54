using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Kernels.Vectors;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Gather;

/// <summary>
/// Rows of bytes into a float32 tensor as b / 255, exactly rounded (a product with 1/255 is not), made black and white on
/// the way where asked for.
/// </summary>
internal static unsafe class PixelGather
{
    private const int BlockSize = CounterStream.BlockSize;

    /// <param name="pixels">Rows one after the other.</param>
    /// <param name="rowSize">Bytes of a row.</param>
    /// <param name="rows">Which rows, in which order.</param>
    /// <param name="into">`[rows, …]`, contiguous float32 on the CPU with rowSize numbers a row.</param>
    /// <param name="binarisation">What becomes of grey pixels.</param>
    /// <param name="stream">Draws, where those are asked for: pixel i of the tensor takes number i.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such row.</exception>
    public static void Gather(
        ReadOnlySpan<byte> pixels,
        int rowSize,
        ReadOnlySpan<int> rows,
        Tensor into,
        Binarisation binarisation = Binarisation.None,
        CounterStream? stream = null)
    {
        Check(pixels, rowSize, rows, into);
        if (!Simd.Fits(into))
        {
            Twin(pixels, rowSize, rows, into, binarisation, stream);
            return;
        }

        fixed (byte* storage = pixels)
        fixed (int* order = rows)
        {
            var work = new Work
            {
                Pixels = storage,
                RowSize = rowSize,
                Rows = order,
                Output = (float*)LibTorch.Data(into.Handle),
                Count = (long)rows.Length * rowSize,
            };
            if (binarisation == Binarisation.Drawn) (work.Key, work.First) = Take(stream, work.Count);
            Team.For(CounterStream.BlocksOf(work.Count), BodyOf(binarisation), &work);
        }
    }

    /// <summary>The same by tensor operations, for a tensor of any type, device and strides.</summary>
    public static void Twin(
        ReadOnlySpan<byte> pixels,
        int rowSize,
        ReadOnlySpan<int> rows,
        Tensor into,
        Binarisation binarisation = Binarisation.None,
        CounterStream? stream = null)
    {
        Check(pixels, rowSize, rows, into);
        using var scope = NewDisposeScope();
        var bytes = empty(rows.Length, rowSize, ScalarType.Byte);
        var chosen = MemoryMarshal.AsBytes(bytes.bytes);
        for (var r = 0; r < rows.Length; r++)
            pixels.Slice(rows[r] * rowSize, rowSize).CopyTo(chosen[(r * rowSize)..]);
        var grey = bytes.to_type(ScalarType.Float32).div(255f);
        if (binarisation == Binarisation.Threshold) grey = grey.gt(0.5f).to_type(ScalarType.Float32);
        if (binarisation == Binarisation.Drawn)
            BernoulliSampler.TwinProbabilities(grey, grey, stream ?? throw new ArgumentNullException(nameof(stream)));
        into.copy_(grey.view(into.shape));
    }

    private static void Check(ReadOnlySpan<byte> pixels, int rowSize, ReadOnlySpan<int> rows, Tensor into)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowSize);
        if (into.numel() != (long)rows.Length * rowSize)
            throw new ArgumentException($"{rows.Length} rows of {rowSize} do not make {into.numel()} numbers", nameof(into));
        var stored = pixels.Length / rowSize;
        foreach (var row in rows)
            if ((uint)row >= (uint)stored) throw new ArgumentOutOfRangeException(nameof(rows), row, $"there are {stored} rows");
    }

    private static (ulong Key, ulong First) Take(CounterStream? stream, long count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return (stream.Key, stream.Take(count));
    }

    private static delegate*<void*, int, void> BodyOf(Binarisation binarisation) => binarisation switch
    {
        Binarisation.None => &Grey,
        Binarisation.Threshold => &Threshold,
        _ => &Drawn,
    };

    [SkipLocalsInit]
    private static void Grey(void* state, int block)
    {
        var bytes = stackalloc byte[BlockSize];
        Convert((Work*)state, block, bytes, Binarisation.None);
    }

    [SkipLocalsInit]
    private static void Threshold(void* state, int block)
    {
        var bytes = stackalloc byte[BlockSize];
        Convert((Work*)state, block, bytes, Binarisation.Threshold);
    }

    [SkipLocalsInit]
    private static void Drawn(void* state, int block)
    {
        var bytes = stackalloc byte[BlockSize];
        Convert((Work*)state, block, bytes, Binarisation.Drawn);
    }

    /// <summary>Rows need not end where vectors and blocks do: first a block's bytes side by side, then numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert(Work* work, int block, byte* bytes, Binarisation binarisation)
    {
        var start = (long)block * BlockSize;
        var count = (int)Math.Min(BlockSize, work->Count - start);
        Collect(work, start, new Span<byte>(bytes, count));
        var output = work->Output + start;
        var i = 0;
        if (binarisation == Binarisation.Drawn)
        {
            var uniforms = Uniforms.Of(work->Key, work->First + (ulong)block);
            for (; i <= count - 8; i += 8) Draw(uniforms.Next(), Grey(bytes + i)).Store(output + i);
            if (i < count) Lanes.Store(output + i, Lanes.First(count - i), Draw(uniforms.Next(), Grey(bytes + i)));
            return;
        }

        for (; i <= count - 8; i += 8) Number(bytes + i, binarisation).Store(output + i);
        if (i < count) Lanes.Store(output + i, Lanes.First(count - i), Number(bytes + i, binarisation));
    }

    private static void Collect(Work* work, long start, Span<byte> into)
    {
        var (row, column) = Math.DivRem(start, work->RowSize);
        while (into.Length > 0)
        {
            var part = (int)Math.Min(into.Length, work->RowSize - column);
            new ReadOnlySpan<byte>(work->Pixels + ((long)work->Rows[row] * work->RowSize) + column, part).CopyTo(into);
            into = into[part..];
            row++;
            column = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Number(byte* bytes, Binarisation binarisation) =>
        binarisation == Binarisation.Threshold
            ? Vector256.GreaterThan(Levels(bytes), Vector256.Create(127)).AsSingle() & Vector256<float>.One
            : Grey(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Draw(Vector256<float> uniform, Vector256<float> grey) =>
        Vector256.LessThan(uniform, grey) & Vector256<float>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Grey(byte* bytes) => Over255(Vector256.ConvertToSingle(Levels(bytes)));

    /// <summary>Eight pixels; the last vector of a block reads on into what is left of the block's bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Levels(byte* bytes) => Avx2.ConvertToVector256Int32(bytes);

    /// <summary>
    /// b / 255 for whole b up to 255, exactly rounded and in less time than a division: a product with 1/255, corrected
    /// by what it leaves over (Markstein 1990).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Over255(Vector256<float> b)
    {
        var reciprocal = Vector256.Create(1f / 255);
        var quotient = b * reciprocal;
        return Fma.MultiplyAdd(Fma.MultiplyAddNegated(quotient, Vector256.Create(255f), b), reciprocal, quotient);
    }

    private struct Work
    {
        public byte* Pixels;
        public int RowSize;
        public int* Rows;
        public float* Output;
        public long Count;
        public ulong Key;
        public ulong First;
    }
}
