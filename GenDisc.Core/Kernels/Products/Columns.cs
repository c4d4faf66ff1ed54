using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Products;

/// <summary>What an affine layer does besides its products, over `[rows, columns]` in one pass each.</summary>
internal static unsafe class Columns
{
    private const int RowsPerBlock = 32;
    private const int ColumnsPerBlock = 64;
    private const int Lanes = 8;

    /// <summary>matrix ← matrix + bias in every row, then max(0, ·) where asked; NaN stays NaN.</summary>
    public static void AddBias(nint matrix, int rows, int columns, nint bias, bool relu)
    {
        var work = new Work
        {
            Into = (float*)LibTorch.Data(matrix),
            Vector = (float*)LibTorch.Data(bias),
            Rows = rows,
            Columns = columns,
            Relu = relu,
        };
        Team.For((rows + RowsPerBlock - 1) / RowsPerBlock, &AddBiasRows, &work);
    }

    /// <summary>sums_c ← Σ_r gradient_rc</summary>
    public static void Sum(nint gradient, int rows, int columns, nint sums) => Reduce(gradient, 0, rows, columns, 0, sums);

    /// <summary>masked ← gradient where the ReLU's result is not ≤ 0, else 0; sums_c ← Σ_r masked_rc.</summary>
    public static void MaskAndSum(nint gradient, nint result, int rows, int columns, nint masked, nint sums) =>
        Reduce(gradient, result, rows, columns, masked, sums);

    /// <summary>copy ← matrix; sums_c ← Σ_r matrix_rc.</summary>
    public static void CopyAndSum(nint matrix, int rows, int columns, nint copy, nint sums) =>
        Reduce(matrix, 0, rows, columns, copy, sums);

    private static void Reduce(nint gradient, nint result, int rows, int columns, nint masked, nint sums)
    {
        var work = new Work
        {
            From = (float*)LibTorch.Data(gradient),
            Result = result == 0 ? null : (float*)LibTorch.Data(result),
            Into = masked == 0 ? null : (float*)LibTorch.Data(masked),
            Vector = (float*)LibTorch.Data(sums),
            Rows = rows,
            Columns = columns,
        };
        Team.For((columns + ColumnsPerBlock - 1) / ColumnsPerBlock, &ReduceColumns, &work);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBiasRows(void* state, int block)
    {
        var work = (Work*)state;
        var last = Math.Min(work->Rows, (block + 1) * RowsPerBlock);
        for (var row = block * RowsPerBlock; row < last; row++)
        {
            var into = work->Into + ((long)row * work->Columns);
            var c = 0;
            for (; c + Lanes <= work->Columns; c += Lanes)
            {
                var value = Vector256.Load(into + c) + Vector256.Load(work->Vector + c);
                // MAXPS gives its second operand when one is NaN.
                if (work->Relu) value = Avx.Max(Vector256<float>.Zero, value);
                value.Store(into + c);
            }

            for (; c < work->Columns; c++)
            {
                var value = into[c] + work->Vector[c];
                into[c] = work->Relu && value <= 0 ? 0 : value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReduceColumns(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * ColumnsPerBlock;
        var count = Math.Min(ColumnsPerBlock, work->Columns - first);
        var sums = work->Vector + first;
        new Span<float>(sums, count).Clear();
        for (var row = 0; row < work->Rows; row++)
        {
            var at = ((long)row * work->Columns) + first;
            var c = 0;
            for (; c + Lanes <= count; c += Lanes)
            {
                var value = Vector256.Load(work->From + at + c);
                if (work->Result != null)
                {
                    var closed = Vector256.LessThanOrEqual(Vector256.Load(work->Result + at + c), Vector256<float>.Zero);
                    value = Vector256.AndNot(value, closed);
                }

                if (work->Into != null) value.Store(work->Into + at + c);
                (Vector256.Load(sums + c) + value).Store(sums + c);
            }

            for (; c < count; c++)
            {
                var value = work->From[at + c];
                if (work->Result != null && work->Result[at + c] <= 0) value = 0;
                if (work->Into != null) work->Into[at + c] = value;
                sums[c] += value;
            }
        }
    }

    private struct Work
    {
        public float* From;
        public float* Result;
        public float* Into;
        public float* Vector;
        public int Rows;
        public int Columns;
        public bool Relu;
    }
}
