using System.Numerics;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>
/// Exact t-SNE (van der Maaten and Hinton 2008): points in the plane whose neighbours are neighbours among the rows.
/// Distances between clusters and sizes of clusters mean nothing.
/// </summary>
public static class TSne
{
    private const int MostComponents = 50;
    private const int LongestExaggeration = 250;
    private const double Exaggeration = 12;
    private const double InitialDeviation = 1e-4;

    /// <summary>
    /// Rows reduced to at most 50 principal components, placed at first by two of them (Kobak and Berens 2019) and
    /// moved by gradient descent with momentum 0.5, then 0.8, and a gain for each coordinate (Jacobs 1988). No chance
    /// is involved: equal rows give equal pictures on a machine.
    /// </summary>
    /// <param name="rows">`[n, d]`; time and memory grow with n², a few seconds for 1,000.</param>
    /// <param name="perplexity">About how many neighbours count, lowered to at most (n − 1)/3.</param>
    /// <param name="iterations">Of descent, the first third of them (at most 250) with attraction twelvefold.</param>
    /// <returns>`[n][2]`, centred.</returns>
    public static double[][] Of(Tensor rows, double perplexity = 30, int iterations = 750)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perplexity);
        var n = (int)rows.size(0);
        if (n < 2) return [.. Enumerable.Range(0, n).Select(_ => new double[2])];
        var reduced = Reduced(rows);
        var joint = TSneAffinities.Joint(reduced, Math.Max(Math.Min(perplexity, (n - 1) / 3.0), 1));
        var (x, y) = (new Axis(Column(reduced, 0)), new Axis(Column(reduced, 1)));
        var exaggerated = Math.Min(LongestExaggeration, iterations / 3);
        // n / exaggeration (Belkina et al. 2019), the 4 being that of the gradient.
        var rate = Math.Max(n / Exaggeration / 4, 50);
        for (var i = 0; i < iterations; i++)
        {
            var early = i < exaggerated;
            Gradient(joint, early ? Exaggeration : 1, x, y);
            x.Move(rate, early ? 0.5 : 0.8);
            y.Move(rate, early ? 0.5 : 0.8);
        }

        return [.. x.Places.Zip(y.Places, (a, b) => new[] { a, b })];
    }

    private static double[][] Reduced(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (projected, _) = PrincipalComponents.Project(rows, MostComponents);
        return [.. projected.data<double>().ToArray().Chunk((int)projected.size(1))];
    }

    /// <summary>
    /// A component, scaled so that the first has the initial deviation. Where rows have no such component, neighbours are
    /// set a little to this and that side in turn: on one line they could not pass one another.
    /// </summary>
    private static double[] Column(double[][] rows, int component)
    {
        var deviation = Math.Sqrt(rows.Average(row => row[0] * row[0]));
        var scale = deviation > 0 ? InitialDeviation / deviation : 0;
        return
        [
            .. rows.Select((row, i) => component < row.Length ? row[component] * scale
                : deviation * scale * (i % 2 == 0 ? 0.1 : -0.1)),
        ];
    }

    /// <summary>
    /// 4 Σⱼ (p_ij − q_ij)(yᵢ − yⱼ)/(1 + |yᵢ − yⱼ|²) (eq. 5). q's normaliser, known only at the end, scales nothing but
    /// the repulsion, so one pass over the pairs gathers attraction and repulsion apart.
    /// </summary>
    private static void Gradient(double[] joint, double exaggeration, Axis x, Axis y)
    {
        var n = x.Places.Length;
        double total = 0;
        for (var i = 0; i < n; i++) total += Forces(joint.AsSpan(i * n, n), i, x, y);
        // A point is no neighbour of its own.
        var normaliser = Math.Max(total - n, double.Epsilon);
        x.Slope(exaggeration, normaliser);
        y.Slope(exaggeration, normaliser);
    }

    /// <returns>Σⱼ 1/(1 + |yᵢ − yⱼ|²), j = i included.</returns>
    private static double Forces(ReadOnlySpan<double> joint, int i, Axis x, Axis y)
    {
        ReadOnlySpan<double> xs = x.Places, ys = y.Places;
        var (hereX, hereY) = (new Vector<double>(xs[i]), new Vector<double>(ys[i]));
        Vector<double> sum = default, pullX = default, pullY = default, pushX = default, pushY = default;
        var j = 0;
        for (; j <= xs.Length - Vector<double>.Count; j += Vector<double>.Count)
        {
            var (dx, dy) = (hereX - new Vector<double>(xs[j..]), hereY - new Vector<double>(ys[j..]));
            var near = Vector<double>.One / (Vector<double>.One + (dx * dx) + (dy * dy));
            var (pull, push) = (near * new Vector<double>(joint[j..]), near * near);
            sum += near;
            pullX += pull * dx;
            pullY += pull * dy;
            pushX += push * dx;
            pushY += push * dy;
        }

        var total = Vector.Sum(sum);
        var (attractX, attractY) = (Vector.Sum(pullX), Vector.Sum(pullY));
        var (repelX, repelY) = (Vector.Sum(pushX), Vector.Sum(pushY));
        for (; j < xs.Length; j++)
        {
            var (dx, dy) = (xs[i] - xs[j], ys[i] - ys[j]);
            var near = 1 / (1 + (dx * dx) + (dy * dy));
            total += near;
            attractX += near * joint[j] * dx;
            attractY += near * joint[j] * dy;
            repelX += near * near * dx;
            repelY += near * near * dy;
        }

        (x.Attraction[i], y.Attraction[i]) = (attractX, attractY);
        (x.Repulsion[i], y.Repulsion[i]) = (repelX, repelY);
        return total;
    }

    /// <summary>One coordinate of all points, with what descent remembers of it.</summary>
    private sealed class Axis(double[] places)
    {
        private const double LeastGain = 0.01;

        private readonly double[] steps = new double[places.Length];
        private readonly double[] slopes = new double[places.Length];
        private readonly double[] gains = [.. places.Select(_ => 1.0)];

        public double[] Places => places;

        public double[] Attraction { get; } = new double[places.Length];

        public double[] Repulsion { get; } = new double[places.Length];

        public void Slope(double exaggeration, double normaliser)
        {
            for (var i = 0; i < slopes.Length; i++)
                slopes[i] = 4 * ((exaggeration * Attraction[i]) - (Repulsion[i] / normaliser));
        }

        public void Move(double rate, double momentum)
        {
            for (var i = 0; i < places.Length; i++)
            {
                // A coordinate that keeps its direction speeds up; one that swings slows down.
                var swings = slopes[i] > 0 == steps[i] > 0;
                gains[i] = Math.Max(swings ? gains[i] * 0.8 : gains[i] + 0.2, LeastGain);
                steps[i] = (momentum * steps[i]) - (rate * gains[i] * slopes[i]);
                places[i] += steps[i];
            }

            var mean = places.Average();
            for (var i = 0; i < places.Length; i++) places[i] -= mean;
        }
    }
}
