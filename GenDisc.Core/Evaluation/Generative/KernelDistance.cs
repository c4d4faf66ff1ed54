using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>
/// Squared maximum mean discrepancy of two sets of rows under the kernel (a·b / d + 1)³ (Bińkowski et al. 2018, §4): unbiased,
/// and so below 0 by chance where both come from one distribution.
/// </summary>
/// <param name="Value">Mean over blocks of rows that share none.</param>
/// <param name="Error">Standard error of that mean; NaN of fewer than two blocks.</param>
/// <param name="Blocks">How many there were.</param>
public sealed record KernelDistance(double Value, double Error, int Blocks)
{
    /// <param name="first">`[n, d]`, n ≥ 2</param>
    /// <param name="second">`[m, d]`, m ≥ 2</param>
    /// <param name="stream">Puts rows into blocks.</param>
    /// <param name="size">Rows of each set in a block, at least 2; fewer where there are no more.</param>
    /// <exception cref="ArgumentException">There are fewer rows, or of another width.</exception>
    public static KernelDistance Of(Tensor first, Tensor second, RandomStream stream, int size = 200)
    {
        RowSets.Check(first, second, "a kernel distance");
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var (a, b) = (Shuffled(first, stream), Shuffled(second, stream));
        var rows = (int)Math.Min(size, Math.Min(a.size(0), b.size(0)));
        var blocks = (int)Math.Min(a.size(0), b.size(0)) / rows;
        var values = new double[blocks];
        for (var i = 0; i < blocks; i++)
        {
            using var pass = NewDisposeScope();
            values[i] = Unbiased(a.narrow(0, i * rows, rows), b.narrow(0, i * rows, rows));
        }

        var mean = values.Average();
        var error = blocks < 2 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (blocks - 1) / blocks);
        return new KernelDistance(mean, error, blocks);
    }

    private static double Unbiased(Tensor a, Tensor b)
    {
        var n = (double)a.size(0);
        var (own, other) = (Kernel(a, a), Kernel(b, b));
        var within = (own.sum() - own.trace() + other.sum() - other.trace()) / (n * (n - 1));
        return (within - (2 * Kernel(a, b).mean())).item<double>();
    }

    private static Tensor Kernel(Tensor a, Tensor b) => ((a.mm(b.t()) / a.size(1)) + 1).pow(3);

    private static Tensor Shuffled(Tensor rows, RandomStream stream)
    {
        var places = new long[rows.size(0)];
        for (var i = 0; i < places.Length; i++) places[i] = i;
        stream.Shuffle(places.AsSpan());
        return rows.cpu().to(float64).index_select(0, tensor(places));
    }
}
