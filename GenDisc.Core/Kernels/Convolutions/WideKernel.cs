using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// The tile of <see cref="MicroKernel.Sixteen"/> in vectors of sixteen (AVX-512), for machines that run them at full speed.
/// Six multiply-adds would not hide their own latency, so that even and odd k have accumulators of their own.
/// </summary>
internal static unsafe class WideKernel
{
    public static bool Available => Vector512.IsHardwareAccelerated;

    /// <inheritdoc cref="MicroKernel.Sixteen"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sixteen(
        float* a, int* at, MicroKernel.Runs* runs, float* b, float* start, nint startStep, float* c, nint cStep)
    {
        float* a0 = a + at[0], a1 = a + at[1], a2 = a + at[2], a3 = a + at[3], a4 = a + at[4], a5 = a + at[5];
        var c0 = Vector512.Load(start);
        var c1 = Vector512.Load(start += startStep);
        var c2 = Vector512.Load(start += startStep);
        var c3 = Vector512.Load(start += startStep);
        var c4 = Vector512.Load(start += startStep);
        var c5 = Vector512.Load(start + startStep);
        var d0 = Vector512<float>.Zero;
        Vector512<float> d1 = d0, d2 = d0, d3 = d0, d4 = d0, d5 = d0;
        nint aStep = runs->AStep, bStep = runs->BStep;
        for (var run = 0; run < runs->Count; run++)
        {
            var k = run * runs->ARun;
            var end = k + (runs->Length * aStep);
            var row = b + (run * runs->BRun);
            for (; k + aStep < end; k += 2 * aStep, row += 2 * bStep)
            {
                var (even, odd, next) = (Vector512.Load(row), Vector512.Load(row + bStep), k + aStep);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a0[k]), even, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a1[k]), even, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a2[k]), even, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[k]), even, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a4[k]), even, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a5[k]), even, c5);
                d0 = Vector512.FusedMultiplyAdd(Vector512.Create(a0[next]), odd, d0);
                d1 = Vector512.FusedMultiplyAdd(Vector512.Create(a1[next]), odd, d1);
                d2 = Vector512.FusedMultiplyAdd(Vector512.Create(a2[next]), odd, d2);
                d3 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[next]), odd, d3);
                d4 = Vector512.FusedMultiplyAdd(Vector512.Create(a4[next]), odd, d4);
                d5 = Vector512.FusedMultiplyAdd(Vector512.Create(a5[next]), odd, d5);
            }

            if (k >= end) continue;
            var last = Vector512.Load(row);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a0[k]), last, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a1[k]), last, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a2[k]), last, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[k]), last, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a4[k]), last, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a5[k]), last, c5);
        }

        (c0 + d0).Store(c);
        (c1 + d1).Store(c += cStep);
        (c2 + d2).Store(c += cStep);
        (c3 + d3).Store(c += cStep);
        (c4 + d4).Store(c += cStep);
        (c5 + d5).Store(c + cStep);
    }
}
