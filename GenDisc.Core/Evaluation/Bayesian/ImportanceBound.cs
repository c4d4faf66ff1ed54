using System.Collections.Immutable;
using GenDisc.Core.Evaluation.Boltzmann;

namespace GenDisc.Core.Evaluation.Bayesian;

/// <summary>
/// What importance samples z_i ~ q(z|x) with weights w_i = p(x, z_i) / q(z_i|x) tell about log p(x): the bound
/// L_k = E log (1/k) Σ_i w_i (Burda, Grosse and Salakhutdinov 2016, eq. 8), which for k = 1 is the ELBO, does not fall
/// with k and tends to log p(x) (theorem 1).
/// </summary>
/// <param name="Examples">That the figures are means over.</param>
/// <param name="Curve">L_k for k = 1, 2, 4, … up to the number of samples, all of the same weights, so that it does not fall.</param>
/// <param name="EffectiveSamples">Mean of 1 / Σ_i w̃_i² with w̃_i = w_i / Σ_j w_j, in [1, samples] (Kong 1992).</param>
public sealed record ImportanceBound(int Examples, ImmutableArray<BoundPoint> Curve, double EffectiveSamples)
{
    /// <summary>Samples of each example.</summary>
    public int Samples => Curve[^1].Samples;

    /// <summary>L_k of all samples, nats per example.</summary>
    public double Bound => Curve[^1].Value;

    /// <summary>The ELBO from the same samples, nats per example: at most <see cref="Bound"/>.</summary>
    public double Elbo => Curve[0].Value;

    /// <summary>
    /// Figures from logarithms of weights. L_k averages over the groups of k that the samples fall into, one group a part
    /// of one of the next.
    /// </summary>
    /// <param name="logWeights">`[examples][samples]`, nats; at least one example, and a power of two samples.</param>
    public static ImportanceBound Of(IReadOnlyList<double[]> logWeights)
    {
        if (logWeights.Count == 0) throw new ArgumentException("there are no examples", nameof(logWeights));
        var samples = logWeights[0].Length;
        if (!int.IsPow2(samples) || logWeights.Any(row => row.Length != samples))
            throw new ArgumentException("every example has the same power of two of samples", nameof(logWeights));
        var curve = ImmutableArray.CreateBuilder<BoundPoint>();
        for (var k = 1; k <= samples; k *= 2) curve.Add(Point(logWeights, k));
        return new ImportanceBound(logWeights.Count, curve.ToImmutable(), logWeights.Average(EffectiveOf));
    }

    private static BoundPoint Point(IReadOnlyList<double[]> logWeights, int k)
    {
        var values = new double[logWeights.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var row = logWeights[i].AsSpan();
            var total = 0.0;
            for (var first = 0; first < row.Length; first += k) total += LogSum.Of(row.Slice(first, k)) - Math.Log(k);
            values[i] = total / (row.Length / k);
        }

        var mean = values.Average();
        var squares = values.Sum(v => (v - mean) * (v - mean));
        return new BoundPoint(k, mean, Math.Sqrt(squares / (values.Length - 1) / values.Length));
    }

    private static double EffectiveOf(double[] row)
    {
        // (Σ w)² / Σ w², as logarithms.
        var twice = Array.ConvertAll(row, w => 2 * w);
        return Math.Exp((2 * LogSum.Of(row)) - LogSum.Of(twice));
    }
}
