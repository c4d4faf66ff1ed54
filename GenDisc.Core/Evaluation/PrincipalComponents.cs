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
        using var inference = no_grad();
        var data = rows.cpu().to(float64);
        var centred = data - data.mean([0], keepdim: true);
        var (values, vectors) = linalg.eigh(centred.t().mm(centred));
        var d = vectors.shape[0];
        var directions = vectors[TensorIndex.Colon, TensorIndex.Tensor(tensor(new[] { d - 1, d - 2 }))];
        var signs = directions.gather(0, directions.abs().argmax(0, keepdim: true)).sign();
        var projected = centred.mm(directions * signs).data<double>().ToArray();
        var variances = values.clamp_min(0).data<double>().ToArray();
        var total = Math.Max(variances.Sum(), double.Epsilon);
        return new PrincipalComponents(
            [.. projected.Chunk(2)],
            [variances[^1] / total, variances[^2] / total]);
    }
}
