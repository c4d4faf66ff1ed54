using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GenDisc.Core.Kernels.Vectors;

/// <summary>As <see cref="Elementary"/>, of sixteen floats at a time (AVX-512): the same operations, so the same bits.</summary>
internal static class WideElementary
{
    /// <inheritdoc cref="Elementary.Sigmoid(Vector256{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> l)
    {
        var exp = ExpNonPositive(-Vector512.Abs(l));
        var negative = Vector512.LessThan(l.AsInt32(), Vector512<int>.Zero).AsSingle(); // by the sign bit
        return Vector512.ConditionalSelect(negative, exp, Vector512<float>.One) / (Vector512<float>.One + exp);
    }

    /// <inheritdoc cref="Elementary.ExpNonPositive"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpNonPositive(Vector512<float> x)
    {
        var low = Vector512.LessThan(x, Vector512.Create(Elementary.SmallestExponent)); // false for NaN
        x = Vector512.ConditionalSelect(low, Vector512.Create(Elementary.SmallestExponent), x);
        var rounded = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), Vector512.Create(Elementary.Rounder));
        var n = rounded.AsInt32() - Vector512.Create(Elementary.Rounder).AsInt32();
        var turns = rounded - Vector512.Create(Elementary.Rounder);
        var r = Vector512.FusedMultiplyAdd(-turns, Vector512.Create(0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(-turns, Vector512.Create(-2.12194440e-4f), r);
        var series = Vector512.Create(1.9875691500e-4f);
        series = Vector512.FusedMultiplyAdd(series, r, Vector512.Create(1.3981999507e-3f));
        series = Vector512.FusedMultiplyAdd(series, r, Vector512.Create(8.3334519073e-3f));
        series = Vector512.FusedMultiplyAdd(series, r, Vector512.Create(4.1665795894e-2f));
        series = Vector512.FusedMultiplyAdd(series, r, Vector512.Create(1.6666665459e-1f));
        series = Vector512.FusedMultiplyAdd(series, r, Vector512.Create(5.0000001201e-1f));
        var mantissa = Vector512.FusedMultiplyAdd(series, r * r, r + Vector512<float>.One);
        var value = mantissa * ((n + Vector512.Create(127)) << 23).AsSingle();
        return Vector512.ConditionalSelect(low, Vector512<float>.Zero, value);
    }
}
