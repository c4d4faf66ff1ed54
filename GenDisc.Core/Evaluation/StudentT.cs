namespace GenDisc.Core.Evaluation;

/// <summary>Student's t distribution with a whole number of degrees of freedom.</summary>
internal static class StudentT
{
    // Enough for the far tail of one degree of freedom; the bracket shrinks to the last bit.
    private const double Farthest = 1e9;
    private const int Halvings = 100;

    /// <summary>The t that |T| exceeds with probability 1 − <paramref name="level"/>.</summary>
    /// <param name="level">In (0, 1).</param>
    /// <param name="freedom">At least 1.</param>
    public static double TwoSidedQuantile(double level, int freedom)
    {
        double low = 0, high = Farthest;
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            if (Within(middle, freedom) < level) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>
    /// P(|T| ≥ t) = I_x(ν/2, ½) at x = ν/(ν + t²) (Abramowitz and Stegun 1964, 26.7.1), precise far out in the tail too.
    /// </summary>
    /// <param name="t">At least 0; infinity gives 0, NaN NaN.</param>
    /// <param name="freedom">ν ≥ 1</param>
    public static double Beyond(double t, int freedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(freedom);
        if (double.IsPositiveInfinity(t)) return 0;
        var square = t * t / freedom;
        var x = 1 / (1 + square);
        return IncompleteBeta.Regularised(x, freedom, 1, square * x);
    }

    /// <summary>P(|T| ≤ t), a finite sum (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).</summary>
    /// <param name="t">At least 0.</param>
    internal static double Within(double t, int freedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(freedom);
        var angle = Math.Atan(t / Math.Sqrt(freedom));
        double sine = Math.Sin(angle), cosine = Math.Cos(angle);
        var odd = freedom % 2 == 1;
        var term = odd ? cosine : 1;
        double sum = 0;
        for (var power = odd ? 1 : 0; power <= freedom - 2; power += 2)
        {
            sum += term;
            term *= cosine * cosine * (power + 1) / (power + 2);
        }

        return odd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
    }
}
