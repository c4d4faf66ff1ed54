using System.Diagnostics;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>
/// The matrix products that one epoch needs and nothing else, with libtorch's own product into fresh outputs: no way of
/// training on this machine that leaves products to libtorch can be faster. Each product runs with its operands stored in
/// whichever order a quick measurement found fastest.
/// </summary>
internal sealed class Floor : IDisposable
{
    private const int Trials = 5;
    private readonly List<(Tensor Left, Tensor Right)> full = [];
    private readonly List<(Tensor Left, Tensor Right)> rest = [];
    private readonly int steps;

    public Floor(Design design, int examples, int batch)
    {
        (steps, var remainder) = Math.DivRem(examples, batch);
        foreach (var (product, small) in design.Products(batch).Zip(design.Products(Math.Max(remainder, 1))))
        {
            var storage = Fastest(product);
            full.Add(Operands(product, storage));
            if (remainder > 0) rest.Add(Operands(small, storage));
        }
    }

    public void Epoch()
    {
        for (var step = 0; step < steps; step++) Multiply(full);
        Multiply(rest);
    }

    public void Dispose()
    {
        foreach (var (left, right) in full.Concat(rest))
        {
            left.Dispose();
            right.Dispose();
        }
    }

    private static void Multiply(List<(Tensor Left, Tensor Right)> products)
    {
        foreach (var (left, right) in products) mm(left, right).Dispose();
    }

    /// <summary>The storage whose best trial is shortest; the eight take turns.</summary>
    private static Storage Fastest(Product product)
    {
        var storages = (
            from swapped in (bool[])[false, true]
            from left in (bool[])[false, true]
            from right in (bool[])[false, true]
            select new Storage(swapped, left, right)).ToArray();
        var best = new double[storages.Length];
        Array.Fill(best, double.MaxValue);
        var operands = storages.Select(storage => Operands(product, storage)).ToArray();
        for (var trial = 0; trial < Trials; trial++)
        {
            for (var i = 0; i < storages.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                mm(operands[i].Left, operands[i].Right).Dispose();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        foreach (var (left, right) in operands)
        {
            left.Dispose();
            right.Dispose();
        }

        return storages[Array.IndexOf(best, best.Min())];
    }

    private static (Tensor Left, Tensor Right) Operands(Product product, Storage storage)
    {
        var (rows, inner, columns) = product;
        if (storage.Swapped) (rows, columns) = (columns, rows);
        return (Matrix(rows, inner, storage.LeftByColumns), Matrix(inner, columns, storage.RightByColumns));
    }

    private static Tensor Matrix(long rows, long columns, bool byColumns)
    {
        if (!byColumns) return rand(rows, columns);
        using var transposed = rand(columns, rows);
        return transposed.t();
    }

    /// <param name="Swapped">The transposed product, with its operands exchanged.</param>
    /// <param name="LeftByColumns">The left operand is stored column after column.</param>
    /// <param name="RightByColumns">The right operand is.</param>
    private readonly record struct Storage(bool Swapped, bool LeftByColumns, bool RightByColumns);
}
