namespace GenDisc.Core.Evaluation;

/// <summary>The regularised incomplete beta function of whole and half numbers.</summary>
internal static class IncompleteBeta
{
    private const double Precise = 1e-16;
    private const double Tiny = 1e-300;
    private const int MostSteps = 100_000;

    /// <summary>
    /// I_x(a, b), by its continued fraction (Abramowitz and Stegun 1964, 26.5.8, by Lentz's method) on the side where that
    /// converges fast; small values keep their relative precision.
    /// </summary>
    /// <param name="x">0 to 1</param>
    /// <param name="twiceA">2a ≥ 1</param>
    /// <param name="twiceB">2b ≥ 1</param>
    /// <param name="complement">1 − x, where the caller has it more precisely than by subtraction.</param>
    public static double Regularised(double x, int twiceA, int twiceB, double complement)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(twiceA);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(twiceB);
        if (double.IsNaN(x) || double.IsNaN(complement)) return double.NaN;
        if (x <= 0) return 0;
        if (complement <= 0) return 1;
        double a = twiceA / 2.0, b = twiceB / 2.0;
        var front = Math.Exp((a * Math.Log(x)) + (b * Math.Log(complement)) - LogBeta(twiceA, twiceB));
        return x < (a + 1) / (a + b + 2)
            ? front * Fraction(x, a, b) / a
            : 1 - (front * Fraction(complement, b, a) / b);
    }

    private static double LogBeta(int twiceA, int twiceB) =>
        HalfGamma.Log(twiceA) + HalfGamma.Log(twiceB) - HalfGamma.Log(twiceA + twiceB);

    private static double Fraction(double x, double a, double b)
    {
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1))), value = d, change = 0;
        for (var m = 1; Math.Abs(change - 1) > Precise && m < MostSteps; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            change = Step(even, ref c, ref d) * Step(odd, ref c, ref d);
            value *= change;
        }

        return value;
    }

    private static double Step(double factor, ref double c, ref double d)
    {
        d = 1 / NotZero(1 + (factor * d));
        c = NotZero(1 + (factor / c));
        return c * d;
    }

    private static double NotZero(double v) => Math.Abs(v) < Tiny ? Tiny : v;
}
