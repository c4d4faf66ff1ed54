using GenDisc.Core.Data;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>What each visible unit does by itself on some examples, without regard to the others.</summary>
/// <param name="Count">Examples seen, at least 1.</param>
/// <param name="Mean">`[visible]`</param>
/// <param name="Variance">`[visible]`, with divisor <paramref name="Count"/>.</param>
public sealed record BaseRates(int Count, double[] Mean, double[] Variance)
{
    /// <summary>Least variance of a unit as a share of what is ordinary.</summary>
    internal const double LeastShare = 0.05;

    public int Visible => Mean.Length;

    /// <exception cref="UserError">The split has no example.</exception>
    public static BaseRates Of(Split split)
    {
        var visible = split.Data.ExampleSize;
        ExampleRows.Check(split, visible);
        double[] row = new double[visible], mean = new double[visible], variance = new double[visible];
        for (var n = 0; n < split.Count; n++)
        {
            ExampleRows.Read(split, n, row);
            for (var i = 0; i < visible; i++) mean[i] += row[i];
        }

        for (var i = 0; i < visible; i++) mean[i] /= split.Count;
        // A second pass, since a difference of large sums would cancel.
        for (var n = 0; n < split.Count; n++)
        {
            ExampleRows.Read(split, n, row);
            for (var i = 0; i < visible; i++) variance[i] += (row[i] - mean[i]) * (row[i] - mean[i]);
        }

        for (var i = 0; i < visible; i++) variance[i] /= split.Count;
        return new BaseRates(split.Count, mean, variance);
    }

    /// <summary>
    /// (count · mean + 1) / (count + 2), Laplace's rule of succession: one example more that is on and one that is off,
    /// so that no unit is certain.
    /// </summary>
    /// <returns>`[visible]`, in (0, 1).</returns>
    /// <exception cref="UserError">A mean lies outside [0, 1].</exception>
    public double[] Probabilities()
    {
        for (var i = 0; i < Visible; i++)
        {
            if (Mean[i] is not (>= 0 and <= 1))
                throw new UserError(
                    $"The mean of visible unit {i} is {Mean[i]:g4}, which is no probability: units of 0 and 1 need data in "
                    + "[0, 1]. Scale the data, or choose Gaussian visible units.");
        }

        return Array.ConvertAll(Mean, mean => ((Count * mean) + 1) / (Count + 2));
    }

    /// <summary>log p/(1 − p) of <see cref="Probabilities"/>.</summary>
    /// <returns>`[visible]`, finite.</returns>
    /// <exception cref="UserError">A mean lies outside [0, 1].</exception>
    public float[] LogOdds() => Array.ConvertAll(Probabilities(), p => (float)Math.Log(p / (1 - p)));

    /// <summary>
    /// A twentieth of the units' mean variance, or of 1 where nothing varies: what a density over real units may take for
    /// one of them at least. Pixels that never change would have all of the density, and a machine slopes without bounds.
    /// </summary>
    public double LeastVariance => LeastShare * Ordinary;

    private double Ordinary => Variance.Average() is > 0 and var average ? average : 1;

    /// <summary>
    /// (count · variance + v) / (count + 1) with v the units' mean variance, or 1 where nothing varies: one example more
    /// that lies an ordinary deviation away, so that no unit is certain. At least
    /// <see cref="LeastVariance"/>. Scales with the data.
    /// </summary>
    /// <returns>`[visible]`, above 0.</returns>
    public double[] SmoothVariance()
    {
        var (ordinary, least) = (Ordinary, LeastVariance);
        return Array.ConvertAll(
            Variance, variance => Math.Max(((Count * variance) + ordinary) / (Count + 1), least));
    }
}
