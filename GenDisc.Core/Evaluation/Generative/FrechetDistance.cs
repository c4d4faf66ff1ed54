using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>
/// Squared Fréchet distance between Gaussians fitted to two sets of rows (Dowson and Landau 1982; Heusel et al. 2017, eq. 6):
/// ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½). In the features of another network than Inception-v3 it is no FID.
/// </summary>
public static class FrechetDistance
{
    /// <param name="first">`[n, d]`, n ≥ 2</param>
    /// <param name="second">`[m, d]`, m ≥ 2</param>
    /// <returns>At least 0, in squared units of the rows.</returns>
    /// <exception cref="ArgumentException">There are fewer rows, or of another width.</exception>
    public static double Of(Tensor first, Tensor second)
    {
        RowSets.Check(first, second, "a Fréchet distance");
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var (a, b) = (first.cpu().to(float64), second.cpu().to(float64));
        return OfGaussians(a.mean([0]), Covariance(a), b.mean([0]), Covariance(b));
    }

    /// <summary>
    /// tr (Σ₁ Σ₂)^½ is taken from the symmetric Σ₁^½ Σ₂ Σ₁^½, which has the same eigenvalues; those below 0 by rounding, as of
    /// singular matrices, count as 0.
    /// </summary>
    /// <param name="mean">μ₁, float64 `[d]`</param>
    /// <param name="covariance">Σ₁, float64 `[d, d]`, symmetric, singular or not</param>
    /// <param name="otherMean">μ₂</param>
    /// <param name="otherCovariance">Σ₂</param>
    /// <returns>At least 0.</returns>
    public static double OfGaussians(Tensor mean, Tensor covariance, Tensor otherMean, Tensor otherCovariance)
    {
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var root = Root(covariance);
        var product = root.mm(otherCovariance).mm(root);
        var cross = linalg.eigvalsh((product + product.t()) / 2).clamp_min(0).sqrt().sum();
        var apart = (mean - otherMean).square().sum();
        return Math.Max(0, (apart + covariance.trace() + otherCovariance.trace() - (2 * cross)).item<double>());
    }

    /// <summary>
    /// An interval from rows of both sets drawn again. Drawing again adds once more the excess that few rows have
    /// (Chong and Forsyth 2020), so its ends are moved back by the mean excess of the resamples.
    /// </summary>
    /// <param name="first">`[n, d]`, n ≥ 2</param>
    /// <param name="second">`[m, d]`, m ≥ 2</param>
    /// <param name="stream">Draws rows.</param>
    /// <param name="resamples">At least 1.</param>
    /// <param name="level">Share of resamples between the ends, in (0, 1).</param>
    /// <returns>Ends at least 0.</returns>
    /// <inheritdoc cref="Of"/>
    public static Interval IntervalOf(Tensor first, Tensor second, RandomStream stream, int resamples = 100, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var (a, b) = (first.cpu().to(float64), second.cpu().to(float64));
        var estimate = Of(a, b);
        var drawn = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            using var pass = NewDisposeScope();
            drawn[i] = Of(Resampled(a, stream), Resampled(b, stream));
        }

        var excess = drawn.Average() - estimate;
        var ends = Bootstrap.Percentiles(drawn, level);
        return new Interval(Math.Max(0, ends.Low - excess), Math.Max(0, ends.High - excess));
    }

    /// <summary>Of rows `[n, d]`, with n − 1 in the denominator: `[d, d]`.</summary>
    private static Tensor Covariance(Tensor rows)
    {
        var centred = rows - rows.mean([0], keepdim: true);
        return centred.t().mm(centred) / (rows.size(0) - 1);
    }

    private static Tensor Root(Tensor covariance)
    {
        var (values, vectors) = linalg.eigh(covariance);
        return (vectors * values.clamp_min(0).sqrt()).mm(vectors.t());
    }

    private static Tensor Resampled(Tensor rows, RandomStream stream)
    {
        var count = (int)rows.size(0);
        var places = new long[count];
        for (var i = 0; i < count; i++) places[i] = stream.NextInt(count);
        return rows.index_select(0, tensor(places));
    }
}
