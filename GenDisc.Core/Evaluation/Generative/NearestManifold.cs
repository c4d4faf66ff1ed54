using GenDisc.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>
/// Fidelity and diversity by balls around rows that reach to the k-th nearest other row of their own set: precision and recall
/// (Kynkäänniemi et al. 2019, eq. 2), density and coverage (Naeem et al. 2020, eqs. 3 and 4).
/// </summary>
/// <param name="InReal">For each generated row how many balls of real rows it lies in, `[m]`.</param>
/// <param name="Recalled">For each real row 1 where it lies in the ball of a generated row, `[n]`.</param>
/// <param name="Covered">For each real row 1 where a generated row lies in its ball, `[n]`.</param>
/// <param name="Neighbours">k</param>
public sealed record NearestManifold(double[] InReal, double[] Recalled, double[] Covered, int Neighbours)
{
    private const int Resamples = 1000;

    /// <summary>Share of generated rows within the reach of real ones.</summary>
    public double Precision => Precise.Average();

    /// <summary>Share of real rows within the reach of generated ones.</summary>
    public double Recall => Recalled.Average();

    /// <summary>Balls of real rows that a generated row lies in, over k: about 1 of two sets of one distribution.</summary>
    public double Density => Dense.Average();

    /// <summary>Share of real rows that have a generated one in their ball.</summary>
    public double Coverage => Covered.Average();

    private double[] Precise => Array.ConvertAll(InReal, n => n > 0 ? 1.0 : 0.0);

    private double[] Dense => Array.ConvertAll(InReal, n => n / Neighbours);

    /// <param name="real">`[n, d]`, n &gt; k</param>
    /// <param name="generated">`[m, d]`, m &gt; k</param>
    /// <param name="neighbours">k ≥ 1</param>
    /// <exception cref="ArgumentException">There are fewer rows, or of another width.</exception>
    public static NearestManifold Of(Tensor real, Tensor generated, int neighbours = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(neighbours);
        if (real.dim() != 2 || generated.dim() != 2 || real.size(1) != generated.size(1))
            throw new ArgumentException("neighbours are rows of one width", nameof(generated));
        if (real.size(0) <= neighbours || generated.size(0) <= neighbours)
            throw new ArgumentException($"{neighbours} neighbours need at least {neighbours + 1} rows of each set", nameof(real));
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var (a, b) = (real.cpu().to(float64), generated.cpu().to(float64));
        var across = Distances(a, b);
        var inReal = across.le(Reach(a, neighbours).unsqueeze(1)).to(float64);
        var recalled = across.le(Reach(b, neighbours).unsqueeze(0)).to(float64).amax([1]);
        return new NearestManifold(Numbers(inReal.sum([0L])), Numbers(recalled), Numbers(inReal.amax([1])), neighbours);
    }

    /// <summary>95 % intervals over rows drawn again, the balls left as they are, by name.</summary>
    public IReadOnlyDictionary<string, Interval> Intervals(RandomStream stream)
    {
        var found = new Dictionary<string, Interval>();
        foreach (var (name, rows) in new[] { ("precision", Precise), ("recall", Recalled), ("density", Dense), ("coverage", Covered) })
            found[name] = Means.IntervalOf(rows, stream, Resamples);
        return found;
    }

    /// <summary>Differences first, then squares: products of large numbers would lose what tells equal rows from near ones.</summary>
    private static Tensor Distances(Tensor a, Tensor b) => cdist(a, b, 2, compute_mode.donot_use_mm_for_euclid_dist);

    /// <summary>To the k-th nearest other row, `[rows]`: the row itself comes first.</summary>
    private static Tensor Reach(Tensor rows, int neighbours) =>
        Distances(rows, rows).topk(neighbours + 1, 1, largest: false).values.select(1, neighbours);

    private static double[] Numbers(Tensor values) => values.contiguous().data<double>().ToArray();
}
