using GenDisc.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>
/// Whether two sets of rows come from one distribution (Gretton et al. 2012): squared maximum mean discrepancy under
/// exp(−‖a − b‖² / 2σ²), σ being the median distance of all rows, against its values when rows change sides at random.
/// </summary>
/// <param name="Value">Unbiased estimate (Gretton et al. 2012, eq. 3), below 0 by chance.</param>
/// <param name="PValue">
/// (1 + permutations at least as far apart) / (1 + permutations): uniform, up to steps, where both come from one distribution.
/// </param>
/// <param name="Bandwidth">σ, in units of the rows; 1 where the median is 0.</param>
public sealed record KernelTest(double Value, double PValue, double Bandwidth)
{
    // As far apart but for rounding: of equal rows every permutation is.
    private const double Rounding = 1e-12;

    /// <param name="first">`[n, d]`, n ≥ 2</param>
    /// <param name="second">`[m, d]`, m ≥ 2</param>
    /// <param name="stream">Permutes rows.</param>
    /// <param name="permutations">At least 1.</param>
    /// <exception cref="ArgumentException">There are fewer rows, or of another width.</exception>
    public static KernelTest Of(Tensor first, Tensor second, RandomStream stream, int permutations = 500)
    {
        RowSets.Check(first, second, "a kernel distance");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(permutations);
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var rows = cat([first, second]).cpu().to(float64);
        var (count, n) = ((int)rows.size(0), (int)first.size(0));
        var distances = cdist(rows, rows, 2, compute_mode.donot_use_mm_for_euclid_dist);
        var upper = distances.masked_select(ones(count, count, dtype: @bool).triu(1));
        var median = upper.median().item<double>();
        var bandwidth = median > 0 ? median : 1;
        var kernel = (distances.square() / (-2 * bandwidth * bandwidth)).exp();
        kernel.diagonal().fill_(0);

        // One column a permutation, 1 on the first side; the first column is the sides as they are.
        var sides = new double[count * (permutations + 1)];
        var places = Enumerable.Range(0, count).ToArray();
        for (var column = 0; column <= permutations; column++)
        {
            if (column > 0) stream.Shuffle(places.AsSpan());
            for (var i = 0; i < n; i++) sides[(places[i] * (permutations + 1)) + column] = 1;
        }

        var one = tensor(sides, [count, permutations + 1]);
        var seen = kernel.mm(one);
        var within = (one * seen).sum([0L]);
        var across = seen.sum([0L]) - within;
        var total = kernel.sum();
        var other = total - within - (2 * across);
        double m = count - n;
        var values = (within / (n * (n - 1.0))) + (other / (m * (m - 1))) - (2 * across / (n * m));
        var told = values.data<double>().ToArray();
        var least = told[0] - Rounding;
        var asFar = told.Skip(1).Count(value => value >= least);
        return new KernelTest(told[0], (1.0 + asFar) / (1.0 + permutations), bandwidth);
    }
}
