namespace GenDisc.Core.Evaluation.Comparisons;

/// <summary>What is left of several things when those that another one beats are taken away.</summary>
public static class ParetoFront
{
    /// <summary>
    /// Whether no other point is better in one figure and at least as good in all others. Equal points are on the front
    /// together.
    /// </summary>
    /// <param name="points">`[points][figures]`; NaN is worse than any number.</param>
    /// <param name="higherIsBetter">By figure.</param>
    /// <returns>One a point.</returns>
    /// <exception cref="ArgumentException">A point has another number of figures.</exception>
    public static bool[] Of(double[][] points, bool[] higherIsBetter)
    {
        if (Array.Find(points, point => point.Length != higherIsBetter.Length) is { } odd)
            throw new ArgumentException(
                $"a point of {odd.Length} figures among those of {higherIsBetter.Length}", nameof(points));
        double[][] heights = [.. points.Select(point => point.Zip(higherIsBetter, Height).ToArray())];
        return Array.ConvertAll(heights, point => !Array.Exists(heights, other => Dominates(other, point)));
    }

    private static double Height(double value, bool higherIsBetter)
    {
        if (double.IsNaN(value)) return double.NegativeInfinity;
        return higherIsBetter ? value : -value;
    }

    private static bool Dominates(double[] a, double[] b)
    {
        var better = false;
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] < b[i]) return false;
            better |= a[i] > b[i];
        }

        return better;
    }
}
