using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Vectors;

/// <summary>
/// Elementary functions of eight floats at a time. NaN stays NaN. Errors are relative and were measured against double
/// precision; the tests hold the functions to them.
/// </summary>
internal static class Elementary
{
    /// <summary>1.5·2²³: adding it rounds to an integer, which then stands in the lowest bits.</summary>
    internal const float Rounder = 12582912f;

    /// <summary>Below ln 2⁻¹²⁶ the result would lose bits as a subnormal number.</summary>
    internal const float SmallestExponent = -87.33f;

    /// <summary>exp(x) to 2·10⁻⁷; infinite above 88.72, gradually 0 below −87.3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // The bounds keep 2ⁿ in two factors; as second operands NaNs pass through.
        x = Avx.Min(Vector256.Create(89f), Avx.Max(Vector256.Create(-104f), x));
        var value = Mantissa(x, out var n);
        var half = n >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <summary>exp(x) for x ≤ 0, to 2·10⁻⁷; 0 below −87.33.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ExpNonPositive(Vector256<float> x)
    {
        var normal = Avx.CompareNotLessThan(x, Vector256.Create(SmallestExponent)); // true for NaN
        var value = Mantissa(Avx.Max(Vector256.Create(SmallestExponent), x), out var n);
        return value * PowerOfTwo(n) & normal;
    }

    /// <summary>log(1 + y) for y in [0, 1], to 3·10⁻⁷.</summary>
    /// <remarks>2 artanh s with s = y / (2 + y) in [0, 1/3]: a polynomial in s², fitted at Chebyshev's nodes.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log1PUnit(Vector256<float> y)
    {
        var s = y / (y + Vector256.Create(2f));
        var z = s * s;
        var series = Vector256.Create(0.1342574954f);
        series = Fma.MultiplyAdd(series, z, Vector256.Create(0.1411830932f));
        series = Fma.MultiplyAdd(series, z, Vector256.Create(0.2000378072f));
        series = Fma.MultiplyAdd(series, z, Vector256.Create(0.3333331943f));
        series = Fma.MultiplyAdd(series, z, Vector256<float>.One);
        return (s + s) * series;
    }

    /// <summary>σ(l) = 1 / (1 + exp(−l)), to 4·10⁻⁷; exactly 0 below −87.33.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> l) => Sigmoid(l, ExpNonPositive(-Vector256.Abs(l)));

    /// <summary>σ(l) where exp(−|l|) is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> l, Vector256<float> expOfMinusAbs)
    {
        // blendv takes the second where the sign bit is set.
        var numerator = Avx.BlendVariable(Vector256<float>.One, expOfMinusAbs, l);
        return numerator / (Vector256<float>.One + expOfMinusAbs);
    }

    /// <summary>exp(x) = m 2ⁿ with m near 1: reduction by n ln 2 in two parts, polynomial of Cephes' expf (Moshier).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Mantissa(Vector256<float> x, out Vector256<int> n)
    {
        var rounded = Fma.MultiplyAdd(x, Vector256.Create(1.44269504f), Vector256.Create(Rounder));
        n = rounded.AsInt32() - Vector256.Create(Rounder).AsInt32();
        var turns = rounded - Vector256.Create(Rounder);
        var r = Fma.MultiplyAddNegated(turns, Vector256.Create(0.693359375f), x);
        r = Fma.MultiplyAddNegated(turns, Vector256.Create(-2.12194440e-4f), r);
        var series = Vector256.Create(1.9875691500e-4f);
        series = Fma.MultiplyAdd(series, r, Vector256.Create(1.3981999507e-3f));
        series = Fma.MultiplyAdd(series, r, Vector256.Create(8.3334519073e-3f));
        series = Fma.MultiplyAdd(series, r, Vector256.Create(4.1665795894e-2f));
        series = Fma.MultiplyAdd(series, r, Vector256.Create(1.6666665459e-1f));
        series = Fma.MultiplyAdd(series, r, Vector256.Create(5.0000001201e-1f));
        return Fma.MultiplyAdd(series, r * r, r + Vector256<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();
}
