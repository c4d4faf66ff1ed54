namespace GenDisc.Core.Evaluation.Comparisons;

/// <summary>
/// Whether two classifiers are right equally often on the same examples (McNemar 1947), from those that only one of them
/// told right: given their number, each falls to either with chance ½.
/// </summary>
/// <param name="More">b: examples that the first classifier alone told right.</param>
/// <param name="Less">c: examples that the second classifier alone told right.</param>
/// <param name="PValue">Exact, two-sided: min(1, 2 P(X ≤ min(b, c))) for X binomial(b + c, ½). Never above its level.</param>
/// <param name="MidP">
/// The exact value less half the probability of |b − c| as it is (Lancaster 1961; Fagerland et al. 2013): nearer its level,
/// and at times above (of a given b + c, up to 0.08 at 0.05); 1 where b + c is 0.
/// </param>
public sealed record McNemar(int More, int Less, double PValue, double MidP)
{
    /// <summary>b / c, the odds that an example which only one told right is the first one's; NaN of 0 / 0.</summary>
    public double OddsRatio => (double)More / Less;

    /// <param name="more">b, at least 0.</param>
    /// <param name="less">c, at least 0.</param>
    public static McNemar Of(int more, int less)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(more);
        ArgumentOutOfRangeException.ThrowIfNegative(less);
        if (more == 0 && less == 0) return new McNemar(0, 0, 1, 1);
        var (n, k) = (more + less, Math.Min(more, less));
        var here = Probability(n, k);
        double term = here, tail = here;
        for (var i = k; i > 0 && term > 0; i--)
        {
            term *= (double)i / (n - i + 1);
            tail += term;
        }

        return more == less
            ? new McNemar(more, less, 1, 1 - (here / 2))
            : new McNemar(more, less, Math.Min(1, 2 * tail), Math.Min(1, 2 * tail) - here);
    }

    /// <param name="first">Whether each example was told right.</param>
    /// <param name="second">The same for the other classifier, in the same order.</param>
    /// <exception cref="ArgumentException">The numbers of examples differ.</exception>
    public static McNemar Of(bool[] first, bool[] second)
    {
        var (more, less) = Discordant(first, second);
        return Of(more, less);
    }

    internal static (int More, int Less) Discordant(bool[] first, bool[] second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"{first.Length} examples cannot be paired with {second.Length}", nameof(second));
        int more = 0, less = 0;
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] && !second[i]) more++;
            else if (second[i] && !first[i]) less++;
        }

        return (more, less);
    }

    /// <summary>n! / (k! (n − k)!) / 2ⁿ, halved on the way so that nothing overflows.</summary>
    private static double Probability(int n, int k)
    {
        var halvings = n;
        var p = 1.0;
        for (var j = 1; j <= k; j++)
        {
            p *= (double)(n - k + j) / j;
            for (; p > 1 && halvings > 0; halvings--) p /= 2;
        }

        return Math.ScaleB(p, -halvings);
    }
}
