using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// Six rows times sixteen (or eight) columns of a matrix product in registers: C[i, j] = S[i, j] + Σ_k A[i, k] B[k, j].
/// Twelve accumulators hide the four cycles of a multiply-add, and six broadcasts and two loads for twelve
/// multiply-adds leave the load ports free (the register tiles of Goto and van de Geijn 2008).
/// </summary>
/// <remarks>
/// A row of A is an offset into an image and <see cref="Runs"/> walk from there, so that the same loop convolves (rows
/// are pixels, k the taps) and sums the gradient of the weights (rows are taps, k the pixels) without unfolding the
/// image.
/// </remarks>
internal static unsafe class MicroKernel
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns of a full tile.</summary>
    public const int Columns = 16;

    /// <param name="a">The image.</param>
    /// <param name="at">Where each of the six rows starts in it.</param>
    /// <param name="runs">How k walks over A and B.</param>
    /// <param name="b">B.</param>
    /// <param name="start">S, rows <paramref name="startStep"/> apart; may be C.</param>
    /// <param name="startStep">Floats; 0 for the same row everywhere.</param>
    /// <param name="c">C, rows <paramref name="cStep"/> apart.</param>
    /// <param name="cStep">Floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sixteen(
        float* a, int* at, Runs* runs, float* b, float* start, nint startStep, float* c, nint cStep)
    {
        if (WideKernel.Available)
        {
            WideKernel.Sixteen(a, at, runs, b, start, startStep, c, cStep);
            return;
        }

        float* a0 = a + at[0], a1 = a + at[1], a2 = a + at[2], a3 = a + at[3], a4 = a + at[4], a5 = a + at[5];
        Vector256<float> c00 = Vector256.Load(start), c01 = Vector256.Load(start + 8);
        Vector256<float> c10 = Vector256.Load(start += startStep), c11 = Vector256.Load(start + 8);
        Vector256<float> c20 = Vector256.Load(start += startStep), c21 = Vector256.Load(start + 8);
        Vector256<float> c30 = Vector256.Load(start += startStep), c31 = Vector256.Load(start + 8);
        Vector256<float> c40 = Vector256.Load(start += startStep), c41 = Vector256.Load(start + 8);
        Vector256<float> c50 = Vector256.Load(start += startStep), c51 = Vector256.Load(start + 8);
        nint aStep = runs->AStep, bStep = runs->BStep;
        for (var run = 0; run < runs->Count; run++)
        {
            var k = run * runs->ARun;
            var end = k + (runs->Length * aStep);
            var row = b + (run * runs->BRun);
            for (; k < end; k += aStep, row += bStep)
            {
                Vector256<float> b0 = Vector256.Load(row), b1 = Vector256.Load(row + 8);
                var x = Vector256.Create(a0[k]);
                c00 = Fma.MultiplyAdd(x, b0, c00);
                c01 = Fma.MultiplyAdd(x, b1, c01);
                x = Vector256.Create(a1[k]);
                c10 = Fma.MultiplyAdd(x, b0, c10);
                c11 = Fma.MultiplyAdd(x, b1, c11);
                x = Vector256.Create(a2[k]);
                c20 = Fma.MultiplyAdd(x, b0, c20);
                c21 = Fma.MultiplyAdd(x, b1, c21);
                x = Vector256.Create(a3[k]);
                c30 = Fma.MultiplyAdd(x, b0, c30);
                c31 = Fma.MultiplyAdd(x, b1, c31);
                x = Vector256.Create(a4[k]);
                c40 = Fma.MultiplyAdd(x, b0, c40);
                c41 = Fma.MultiplyAdd(x, b1, c41);
                x = Vector256.Create(a5[k]);
                c50 = Fma.MultiplyAdd(x, b0, c50);
                c51 = Fma.MultiplyAdd(x, b1, c51);
            }
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c += cStep);
        c11.Store(c + 8);
        c20.Store(c += cStep);
        c21.Store(c + 8);
        c30.Store(c += cStep);
        c31.Store(c + 8);
        c40.Store(c += cStep);
        c41.Store(c + 8);
        c50.Store(c += cStep);
        c51.Store(c + 8);
    }

    /// <summary>As <see cref="Sixteen"/>, for the last eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(
        float* a, int* at, Runs* runs, float* b, float* start, nint startStep, float* c, nint cStep)
    {
        float* a0 = a + at[0], a1 = a + at[1], a2 = a + at[2], a3 = a + at[3], a4 = a + at[4], a5 = a + at[5];
        var c0 = Vector256.Load(start);
        var c1 = Vector256.Load(start += startStep);
        var c2 = Vector256.Load(start += startStep);
        var c3 = Vector256.Load(start += startStep);
        var c4 = Vector256.Load(start += startStep);
        var c5 = Vector256.Load(start + startStep);
        nint aStep = runs->AStep, bStep = runs->BStep;
        for (var run = 0; run < runs->Count; run++)
        {
            var k = run * runs->ARun;
            var end = k + (runs->Length * aStep);
            var row = b + (run * runs->BRun);
            for (; k < end; k += aStep, row += bStep)
            {
                var b0 = Vector256.Load(row);
                c0 = Fma.MultiplyAdd(Vector256.Create(a0[k]), b0, c0);
                c1 = Fma.MultiplyAdd(Vector256.Create(a1[k]), b0, c1);
                c2 = Fma.MultiplyAdd(Vector256.Create(a2[k]), b0, c2);
                c3 = Fma.MultiplyAdd(Vector256.Create(a3[k]), b0, c3);
                c4 = Fma.MultiplyAdd(Vector256.Create(a4[k]), b0, c4);
                c5 = Fma.MultiplyAdd(Vector256.Create(a5[k]), b0, c5);
            }
        }

        c0.Store(c);
        c1.Store(c += cStep);
        c2.Store(c += cStep);
        c3.Store(c += cStep);
        c4.Store(c += cStep);
        c5.Store(c + cStep);
    }

    /// <summary>
    /// One column: C[i] = start + Σ_k A[i, k] B[k], vectors along k: an eighth of the work of <see cref="Eight"/>. A
    /// run is a multiple of eight floats long, and A and B are walked one by one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(float* a, int* at, Runs* runs, float* b, float start, float* c, nint cStep)
    {
        float* a0 = a + at[0], a1 = a + at[1], a2 = a + at[2], a3 = a + at[3], a4 = a + at[4], a5 = a + at[5];
        var c0 = Vector256<float>.Zero;
        Vector256<float> c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0;
        for (var run = 0; run < runs->Count; run++)
        {
            var k = run * runs->ARun;
            var end = k + runs->Length;
            var row = b + (run * (nint)runs->Length);
            for (; k < end; k += Vector256<float>.Count, row += Vector256<float>.Count)
            {
                var b0 = Vector256.Load(row);
                c0 = Fma.MultiplyAdd(b0, Vector256.Load(a0 + k), c0);
                c1 = Fma.MultiplyAdd(b0, Vector256.Load(a1 + k), c1);
                c2 = Fma.MultiplyAdd(b0, Vector256.Load(a2 + k), c2);
                c3 = Fma.MultiplyAdd(b0, Vector256.Load(a3 + k), c3);
                c4 = Fma.MultiplyAdd(b0, Vector256.Load(a4 + k), c4);
                c5 = Fma.MultiplyAdd(b0, Vector256.Load(a5 + k), c5);
            }
        }

        *c = start + Vector256.Sum(c0);
        *(c += cStep) = start + Vector256.Sum(c1);
        *(c += cStep) = start + Vector256.Sum(c2);
        *(c += cStep) = start + Vector256.Sum(c3);
        *(c += cStep) = start + Vector256.Sum(c4);
        *(c + cStep) = start + Vector256.Sum(c5);
    }

    /// <summary>
    /// How k walks: <see cref="Count"/> runs of <see cref="Length"/> steps; a step is <see cref="AStep"/> floats of A
    /// and <see cref="BStep"/> of B, and runs start <see cref="ARun"/> and <see cref="BRun"/> floats apart.
    /// </summary>
    public struct Runs
    {
        public int Count;
        public int Length;
        public nint AStep;
        public nint ARun;
        public nint BStep;
        public nint BRun;
    }
}
