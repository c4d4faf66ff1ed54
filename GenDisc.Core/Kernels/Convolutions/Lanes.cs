using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>Vectors of eight float32.</summary>
internal static unsafe class Lanes
{
    public const int Count = 8;

    /// <summary>Up to whole vectors.</summary>
    public static int RoundUp(int n) => (n + Count - 1) / Count * Count;

    /// <summary>target[j, i] = source[i, j], both 8 × 8 with rows some way apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStep, float* target, nint targetStep)
    {
        var halfway = source + (4 * sourceStep);
        var (a, b, c, d) = Quarters(
            Pair(source, halfway),
            Pair(source + sourceStep, halfway + sourceStep),
            Pair(source + (2 * sourceStep), halfway + (2 * sourceStep)),
            Pair(source + (3 * sourceStep), halfway + (3 * sourceStep)));
        a.Store(target);
        b.Store(target + targetStep);
        c.Store(target + (2 * targetStep));
        d.Store(target + (3 * targetStep));
        source += 4;
        halfway += 4;
        target += 4 * targetStep;
        (a, b, c, d) = Quarters(
            Pair(source, halfway),
            Pair(source + sourceStep, halfway + sourceStep),
            Pair(source + (2 * sourceStep), halfway + (2 * sourceStep)),
            Pair(source + (3 * sourceStep), halfway + (3 * sourceStep)));
        a.Store(target);
        b.Store(target + targetStep);
        c.Store(target + (2 * targetStep));
        d.Store(target + (3 * targetStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* low, float* high) =>
        Vector256.Create(Vector128.Load(low), Vector128.Load(high));

    /// <summary>Transposes both halves, 4 × 4 each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> A, Vector256<float> B, Vector256<float> C, Vector256<float> D) Quarters(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256<double> lowAb = Avx.UnpackLow(a, b).AsDouble(), highAb = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> lowCd = Avx.UnpackLow(c, d).AsDouble(), highCd = Avx.UnpackHigh(c, d).AsDouble();
        return (
            Avx.UnpackLow(lowAb, lowCd).AsSingle(),
            Avx.UnpackHigh(lowAb, lowCd).AsSingle(),
            Avx.UnpackLow(highAb, highCd).AsSingle(),
            Avx.UnpackHigh(highAb, highCd).AsSingle());
    }
}
