using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>Projection on the directions of largest variance (Pearson 1901), in double precision.</summary>
/// <param name="Points">`[n][2]`, centred.</param>
/// <param name="Explained">Share of the total variance of each direction, largest first.</param>
public sealed record PrincipalComponents(double[][] Points, double[] Explained)
{
    /// <summary>
    /// The first two components of <paramref name="rows"/>. Directions are signed so that their largest entry is
    /// positive, hence equal rows give equal pictures.
    /// </summary>
    /// <param name="rows">`[n, d]` with n ≥ 2 and d ≥ 2</param>
    public static PrincipalComponents OfRows(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (projected, variances) = Project(rows, 2);
        var total = Math.Max(variances.Sum(), double.Epsilon);
        return new PrincipalComponents(
            [.. projected.data<double>().ToArray().Chunk(2)],
            [variances[^1] / total, variances[^2] / total]);
    }

    /// <summary>Coordinates along the first <paramref name="most"/> directions, signed as in <see cref="OfRows"/>.</summary>
    /// <param name="rows">`[n, d]`</param>
    /// <returns>
    /// float64 `[n, min(most, n, d)]` on the CPU, contiguous and in the caller's dispose scope, and n times the variance
    /// along every direction, smallest first.
    /// </returns>
    internal static (Tensor Projected, double[] Variances) Project(Tensor rows, int most)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var data = rows.cpu().to(float64);
        var centred = data - data.mean([0], keepdim: true);
        var (n, d) = (centred.size(0), centred.size(1));
        // X and its transpose have the same variances: the smaller product costs less.
        var wide = d > n;
        var (values, vectors) = linalg.eigh(wide ? centred.mm(centred.t()) : centred.t().mm(centred));
        var side = Math.Min(n, d);
        var kept = Math.Min(most, side);
        var last = vectors.narrow(1, side - kept, kept).flip(1);
        var directions = wide ? centred.t().mm(last) : last;
        var signs = directions.gather(0, directions.abs().argmax(0, keepdim: true)).sign();
        var variances = values.clamp_min(0);
        var projected = wide
            ? last * signs * variances.narrow(0, side - kept, kept).flip(0).sqrt()
            : centred.mm(last * signs);
        return (projected.contiguous().MoveToOuterDisposeScope(), variances.data<double>().ToArray());
    }
}
