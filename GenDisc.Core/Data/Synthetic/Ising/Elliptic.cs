namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>
/// Complete elliptic integrals by the arithmetic-geometric mean (Abramowitz and Stegun 1964, 17.6). They take the
/// complementary modulus k' = √(1 − k²), which near k = 1 keeps digits that k has lost.
/// </summary>
internal static class Elliptic
{
    /// <summary>K = ∫₀^{π/2} dφ/√(1 − k² sin²φ) and E = ∫₀^{π/2} √(1 − k² sin²φ) dφ.</summary>
    /// <param name="complement">k', in [0, 1]; at 0, K is infinite.</param>
    public static (double First, double Second) Complete(double complement)
    {
        if (complement == 0) return (double.PositiveInfinity, 1);
        var (a, b) = (1.0, complement);
        var c = Math.Sqrt((1 - complement) * (1 + complement));
        var (power, sum) = (0.5, 0.5 * c * c);
        // Quadratic convergence: from 1e-308 on, 11 steps meet the last digit.
        while (Math.Abs(c) > 1e-9 * a)
        {
            c = (a - b) / 2;
            (a, b) = ((a + b) / 2, Math.Sqrt(a * b));
            power *= 2;
            sum += power * c * c;
        }

        var first = Math.PI / (2 * a);
        return (first, first * (1 - sum));
    }
}
