namespace GenDisc.Core.Evaluation;

/// <summary>The χ² distribution with a whole number of degrees of freedom.</summary>
internal static class ChiSquare
{
    private const double Precise = 1e-16;
    private const double Tiny = 1e-300;

    /// <summary>
    /// P(X &gt; x) = Q(ν/2, x/2), the regularised upper incomplete gamma function: its series where that converges fast,
    /// else its continued fraction (Abramowitz and Stegun 1964, 6.5.29 and 6.5.31, by Lentz's method).
    /// </summary>
    /// <param name="x">At least 0.</param>
    /// <param name="freedom">ν ≥ 1</param>
    public static double Survival(double x, int freedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(freedom);
        if (double.IsNaN(x)) return double.NaN;
        if (x <= 0) return 1;
        if (double.IsPositiveInfinity(x)) return 0;
        double a = freedom / 2.0, half = x / 2;
        var front = Math.Exp((a * Math.Log(half)) - half - HalfGamma.Log(freedom));
        return half < a + 1 ? 1 - (front * Series(a, half)) : front * Fraction(a, half);
    }

    private static double Series(double a, double x)
    {
        double term = 1 / a, sum = term;
        for (var n = a + 1; term > sum * Precise; n++)
        {
            term *= x / n;
            sum += term;
        }

        return sum;
    }

    private static double Fraction(double a, double x)
    {
        double b = x + 1 - a, c = 1 / Tiny, d = 1 / b, value = d, change = 0;
        for (var i = 1; Math.Abs(change - 1) > Precise && i < 10_000; i++)
        {
            var factor = -i * (i - a);
            b += 2;
            d = 1 / NotZero((factor * d) + b);
            c = NotZero(b + (factor / c));
            change = c * d;
            value *= change;
        }

        return value;
    }

    private static double NotZero(double v) => Math.Abs(v) < Tiny ? Tiny : v;
}
