using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation;

/// <summary>How well a score tells examples like the training data (inside) from others (outside).</summary>
public static class OutOfDistribution
{
    /// <summary>Largest softmax probability, higher for familiar examples (Hendrycks and Gimpel 2017).</summary>
    /// <param name="logits">`[examples][classes]`</param>
    /// <returns>`[examples]`, each in [1/classes, 1].</returns>
    public static double[] MaxSoftmax(float[][] logits) =>
        Array.ConvertAll(logits, row => Softmax.Of(row, 1).Max());

    /// <summary>−E(x) = ln Σₖ exp(zₖ) at temperature 1, higher for familiar examples (Liu et al. 2020, eq. 4).</summary>
    /// <param name="logits">`[examples][classes]`</param>
    public static double[] Energy(float[][] logits) => Array.ConvertAll(logits, Softmax.LogTotal);

    /// <summary>
    /// The chance that an example from inside scores higher than one from outside, ties counting half; NaN when either
    /// is empty.
    /// </summary>
    public static double Auroc(double[] inside, double[] outside)
    {
        var once = new int[inside.Length + outside.Length];
        Array.Fill(once, 1);
        return Rank(inside, outside).Areas(once).Roc;
    }

    /// <summary>
    /// Share of examples from outside that score at least the threshold which <paramref name="sensitivity"/> of those
    /// from inside reach (FPR at 95 % TPR); NaN when either is empty.
    /// </summary>
    /// <param name="sensitivity">In (0, 1].</param>
    public static double FalsePositiveRate(double[] inside, double[] outside, double sensitivity = 0.95)
    {
        if (sensitivity is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(sensitivity), sensitivity, "a share lies above 0 and not above 1");
        if (inside.Length == 0 || outside.Length == 0) return double.NaN;
        var falling = inside.OrderDescending().ToArray();
        // 0.95 · 20 is a hair above 19 in floating point; the hair is no further example.
        var needed = (int)Math.Ceiling((sensitivity * inside.Length) - 1e-9);
        var threshold = falling[Math.Max(needed, 1) - 1];
        return (double)outside.Count(score => score >= threshold) / outside.Length;
    }

    /// <summary>Bootstrap interval of <see cref="Auroc"/>; inside and outside are drawn again each by itself.</summary>
    /// <param name="level">Share of resamples between the ends, in (0, 1).</param>
    public static Interval AurocInterval(
        double[] inside, double[] outside, RandomStream stream, int resamples = 1000, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        if (inside.Length == 0 || outside.Length == 0) return new Interval(double.NaN, double.NaN);
        var ranking = Rank(inside, outside);
        var weights = new int[inside.Length + outside.Length];
        var areas = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            Array.Clear(weights);
            for (var i = 0; i < inside.Length; i++) weights[stream.NextInt(inside.Length)]++;
            for (var i = 0; i < outside.Length; i++) weights[inside.Length + stream.NextInt(outside.Length)]++;
            areas[r] = ranking.Areas(weights).Roc;
        }

        return Bootstrap.Percentiles(areas, level);
    }

    private static Ranking Rank(double[] inside, double[] outside) =>
        new([.. inside, .. outside], [.. inside.Select(_ => true), .. outside.Select(_ => false)]);
}
