namespace GenDisc.Core.Evaluation.Comparisons;

/// <summary>
/// Correction for several tests (Holm 1979): the chance of any false finding among them stays at most the level, whatever
/// their dependence.
/// </summary>
public static class Holm
{
    /// <summary>
    /// Adjusted p-values: of m values in rising order, p₍ᵢ₎ becomes max over j ≤ i of min(1, (m − j + 1) p₍ⱼ₎). What is below
    /// the level then is a finding.
    /// </summary>
    /// <param name="values">Each 0 to 1; NaN, where nothing was tested, stays NaN and does not count.</param>
    /// <returns>In the order given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value below 0 or above 1.</exception>
    public static double[] Adjust(double[] values)
    {
        if (Array.Find(values, p => p is < 0 or > 1) is var outside and not 0)
            throw new ArgumentOutOfRangeException(nameof(values), outside, "p-values lie between 0 and 1");
        int[] order = [.. Enumerable.Range(0, values.Length).Where(i => !double.IsNaN(values[i])).OrderBy(i => values[i])];
        var adjusted = new double[values.Length];
        Array.Fill(adjusted, double.NaN);
        var largest = 0.0;
        for (var place = 0; place < order.Length; place++)
        {
            var i = order[place];
            largest = Math.Max(largest, Math.Min(1, (order.Length - place) * values[i]));
            adjusted[i] = largest;
        }

        return adjusted;
    }
}
