using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Vectors;

/// <summary>The last, partly filled vector of a row, and sums across a vector.</summary>
internal static unsafe class Lanes
{
    /// <summary>All bits set in the first <paramref name="count"/> (0 to 8) of eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> First(int count) =>
        Vector256.GreaterThan(Vector256.Create(count), Vector256<int>.Indices).AsSingle();

    /// <summary>Zeros where the mask is clear, without touching that memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from, Vector256<float> mask) => Avx.MaskLoad(from, mask);

    /// <summary>Leaves memory alone where the mask is clear.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* to, Vector256<float> mask, Vector256<float> values) => Avx.MaskStore(to, mask, values);

    /// <summary>Adds eight floats to four double sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref Vector256<double> sums, Vector256<float> values) =>
        sums += Avx.ConvertToVector256Double(values.GetLower()) + Avx.ConvertToVector256Double(values.GetUpper());

    /// <summary>The largest of eight floats, none of which is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> values)
    {
        var four = Sse.Max(values.GetLower(), values.GetUpper());
        var two = Sse.Max(four, Sse.MoveHighToLow(four, four));
        return Sse.MaxScalar(two, Sse.Shuffle(two, two, 1)).ToScalar();
    }
}
