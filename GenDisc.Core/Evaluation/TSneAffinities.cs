namespace GenDisc.Core.Evaluation;

/// <summary>How near examples are to one another, as t-SNE sees it (van der Maaten and Hinton 2008, §2).</summary>
internal static class TSneAffinities
{
    // Entropies agree to within this; rows of equal neighbours never do, and stop after the halvings.
    private const double Tolerance = 1e-7;
    private const int Halvings = 64;
    private const double Least = 1e-12;

    /// <summary>p_ij = (p_j|i + p_i|j) / 2n, at least 1e-12 off the diagonal and 0 on it.</summary>
    /// <param name="rows">`[n][d]`, n ≥ 2</param>
    /// <param name="perplexity">e to the entropy (in nats) of each p_·|i, in 1..n−1.</param>
    /// <returns>`[n·n]`, symmetric; adds up to 1 but for that bound.</returns>
    public static double[] Joint(double[][] rows, double perplexity)
    {
        var n = rows.Length;
        var conditional = new double[n * n];
        var distances = new double[n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) distances[j] = SquaredDistance(rows[i], rows[j]);
            Calibrate(distances, i, perplexity, conditional.AsSpan(i * n, n));
        }

        var joint = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var both = Math.Max((conditional[(i * n) + j] + conditional[(j * n) + i]) / (2 * n), Least);
                joint[(i * n) + j] = joint[(j * n) + i] = both;
            }
        }

        return joint;
    }

    /// <summary>p_j|i ∝ exp(−β d_ij²) with the β at which the distribution has the given perplexity.</summary>
    /// <param name="distances">Squared, of example <paramref name="self"/> to each.</param>
    /// <param name="into">`[n]`; 0 for <paramref name="self"/>.</param>
    internal static void Calibrate(ReadOnlySpan<double> distances, int self, double perplexity, Span<double> into)
    {
        double nearest = double.PositiveInfinity, sum = 0;
        for (var j = 0; j < distances.Length; j++)
        {
            if (j == self) continue;
            nearest = Math.Min(nearest, distances[j]);
            sum += distances[j];
        }

        var target = Math.Log(perplexity);
        // The distances' own scale, so that units do not matter.
        var beyond = (sum / (distances.Length - 1)) - nearest;
        double low = 0, high = double.PositiveInfinity, precision = beyond > 0 ? 1 / beyond : 1;
        for (var step = 0; step < Halvings; step++)
        {
            var excess = Spread(distances, self, nearest, precision, into) - target;
            if (Math.Abs(excess) < Tolerance) break;
            if (excess > 0) low = precision;
            else high = precision;
            precision = double.IsInfinity(high) ? 2 * precision : (low + high) / 2;
        }
    }

    /// <returns>The entropy of p_·|i, in nats.</returns>
    private static double Spread(
        ReadOnlySpan<double> distances, int self, double nearest, double precision, Span<double> into)
    {
        double sum = 0, weighted = 0;
        for (var j = 0; j < distances.Length; j++)
        {
            // Relative to the nearest, so that a row far from all others does not underflow.
            var beyond = distances[j] - nearest;
            into[j] = j == self ? 0 : Math.Exp(-precision * beyond);
            sum += into[j];
            weighted += into[j] * beyond;
        }

        for (var j = 0; j < into.Length; j++) into[j] /= sum;
        return Math.Log(sum) + (precision * weighted / sum);
    }

    private static double SquaredDistance(double[] a, double[] b)
    {
        double sum = 0;
        for (var k = 0; k < a.Length; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
        return sum;
    }
}
