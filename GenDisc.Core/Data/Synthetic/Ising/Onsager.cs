namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>Exact values of the infinite lattice without field (Onsager 1944), with K = |J|/T; the sign of J moves no energy.</summary>
public static class Onsager
{
    /// <summary>K below which closed forms cancel and four terms of the expansion in tanh K have more digits.</summary>
    private const double Small = 1e-3;

    /// <summary>T_c = 2|J| / log(1 + √2) = 2.269 |J|.</summary>
    public static double CriticalTemperature(double coupling = 1) => 2 * Math.Abs(coupling) / Math.Log(1 + Math.Sqrt(2));

    /// <summary>
    /// e = −J coth 2K [1 + (2/π) κ' K₁(κ)] with κ' = 2 tanh² 2K − 1 and κ = 2 sinh 2K / cosh² 2K;
    /// −√2 |J| at T_c.
    /// </summary>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="coupling">J.</param>
    public static double EnergyPerSpin(double temperature, double coupling = 1)
    {
        var k = Inverse(temperature, coupling);
        var v = Math.Tanh(k);
        if (k < Small) return -2 * Math.Abs(coupling) * v * (1 + (2 * v * v * (1 - (v * v))));
        var tanh = Math.Tanh(2 * k);
        var signed = (2 * tanh * tanh) - 1;
        var term = signed == 0 ? 0 : signed * Elliptic.Complete(Math.Abs(signed)).First;
        return -Math.Abs(coupling) / tanh * (1 + (2 / Math.PI * term));
    }

    /// <summary>
    /// C = (2/π) (K coth 2K)² {2 K₁(κ) − 2 E₁(κ) − (1 − κ') [π/2 + κ' K₁(κ)]} per spin; infinite at T_c.
    /// </summary>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="coupling">J.</param>
    public static double SpecificHeat(double temperature, double coupling = 1)
    {
        var k = Inverse(temperature, coupling);
        var v = Math.Tanh(k);
        if (k < Small) return k * k * (1 - (v * v)) * (2 + (12 * v * v));
        var tanh = Math.Tanh(2 * k);
        var signed = (2 * tanh * tanh) - 1;
        if (signed == 0) return double.PositiveInfinity;
        var (first, second) = Elliptic.Complete(Math.Abs(signed));
        // 1 − κ' = 2/cosh² 2K, which keeps its digits where κ' is nearly 1.
        var rest = 2 / Math.Cosh(2 * k) / Math.Cosh(2 * k);
        var heat = (2 * (first - second)) - (rest * ((Math.PI / 2) + (signed * first)));
        return 2 / Math.PI * (k / tanh) * (k / tanh) * heat;
    }

    /// <summary>m = (1 − sinh⁻⁴ 2K)^⅛ below T_c and 0 from there on (Yang 1952). Of J ≤ 0, 0.</summary>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="coupling">J.</param>
    public static double SpontaneousMagnetisation(double temperature, double coupling = 1)
    {
        var k = Inverse(temperature, coupling);
        var sinh = Math.Sinh(2 * k);
        return coupling <= 0 || sinh <= 1 ? 0 : Math.Pow(1 - Math.Pow(sinh, -4), 0.125);
    }

    private static double Inverse(double temperature, double coupling)
    {
        if (!(temperature is > 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "a temperature is a number above 0");
        return Math.Abs(coupling) / temperature;
    }
}
