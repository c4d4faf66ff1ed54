using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>
/// Exact partition function of the finite periodic lattice without field (Kaufman 1949, in the form of Ferdinand and Fisher
/// 1969), with K = J/T:
/// Z = ½ (2 sinh 2K)^{N/2} Σ_{i=1}^{4} Z_i, the Z_i being the products over r = 0 … L − 1 of 2 cosh(½ L γ_{2r+1}),
/// 2 sinh(½ L γ_{2r+1}), 2 cosh(½ L γ_{2r}) and 2 sinh(½ L γ_{2r}), where cosh γ_l = cosh² 2K / sinh 2K − cos(π l / L) and
/// γ_0 = 2K + log tanh K.
/// </summary>
public static class Kaufman
{
    /// <summary>Where e^(−2x) no longer counts beside 1; of K, where only the two states of all spins equal do.</summary>
    private const double Frozen = 20;

    /// <summary>
    /// Whether the formula gives this model: without field, and with J ≥ 0 or an even size, where turning over every second
    /// spin changes the sign of J.
    /// </summary>
    public static bool Fits(IsingOptions options) =>
        options.Field == 0 && (options.Coupling >= 0 || options.Size % 2 == 0);

    /// <summary>log Z, nats.</summary>
    /// <exception cref="UserError">The options are out of range, or <see cref="Fits"/> says no.</exception>
    public static double LogZ(IsingOptions options) => Sum(Checked(options), Inverse(options)).Log;

    /// <summary>e = U/N, exactly: −J d(log Z)/dK / N.</summary>
    /// <exception cref="UserError">The options are out of range, or <see cref="Fits"/> says no.</exception>
    public static double EnergyPerSpin(IsingOptions options) =>
        -Math.Abs(options.Coupling) * Sum(Checked(options), Inverse(options)).Slope / options.Sites;

    /// <summary>
    /// C = K² d²(log Z)/dK² / N per spin, from differences of the exact first derivative (sixth order); about 9 digits.
    /// </summary>
    /// <exception cref="UserError">The options are out of range, or <see cref="Fits"/> says no.</exception>
    public static double SpecificHeat(IsingOptions options)
    {
        var size = Checked(options).Size;
        var k = Inverse(options);
        if (k is 0 or > Frozen) return 0;
        var h = Math.Min(1e-2 / size, k / 8);
        double At(int step) => Sum(options, k + (step * h)).Slope;
        var second = ((45 * (At(1) - At(-1))) - (9 * (At(2) - At(-2))) + At(3) - At(-3)) / (60 * h);
        return k * k * second / options.Sites;
    }

    private static IsingOptions Checked(IsingOptions options)
    {
        options.Check();
        return Fits(options)
            ? options
            : throw new UserError($"{options.Name}: the partition function is known without field, and with a coupling below 0 for even sizes only. Sample this model.");
    }

    private static double Inverse(IsingOptions options) => Math.Abs(options.Coupling) / options.Temperature;

    /// <summary>log Z and its derivative in K.</summary>
    private static (double Log, double Slope) Sum(IsingOptions options, double k)
    {
        var (size, sites) = (options.Size, options.Sites);
        if (k == 0) return (sites * Math.Log(2), 0);
        if (k > Frozen) return ((2 * k * sites) + Math.Log(2), 2 * sites);
        Span<double> logs = stackalloc double[4];
        Span<double> slopes = stackalloc double[4];
        var sign = 1;
        for (var l = 0; l < 2 * size; l++)
        {
            var (gamma, slope) = Gamma(k, l, size);
            var half = size * gamma / 2;
            if (half == 0) half = 1e-200; // at T_c: the slope of the product is finite though that of its log is not
            var first = l % 2 == 1 ? 0 : 2;
            var far = Math.Abs(half) > Frozen; // both are e^|x| then
            logs[first] += far ? Math.Abs(half) : Math.Log(2 * Math.Cosh(half));
            slopes[first] += size * slope / 2 * Math.Tanh(half);
            logs[first + 1] += far ? Math.Abs(half) : Math.Log(2 * Math.Sinh(Math.Abs(half)));
            slopes[first + 1] += size * slope / 2 / Math.Tanh(half);
            if (half < 0) sign = -sign;
        }

        var most = Math.Max(Math.Max(logs[0], logs[1]), Math.Max(logs[2], logs[3]));
        double sum = 0, sumSlope = 0;
        for (var i = 0; i < 4; i++)
        {
            var weight = (i == 3 ? sign : 1) * Math.Exp(logs[i] - most);
            sum += weight;
            sumSlope += weight * slopes[i];
        }

        // d log sinh 2K / dK = 2 coth 2K.
        return (
            (sites / 2.0 * Math.Log(2 * Math.Sinh(2 * k))) + most + Math.Log(sum / 2),
            (sites / Math.Tanh(2 * k)) + (sumSlope / sum));
    }

    /// <summary>γ_l and dγ_l/dK.</summary>
    private static (double Gamma, double Slope) Gamma(double k, int l, int size)
    {
        var s = Math.Sinh(2 * k);
        if (l == 0) return ((2 * k) + Math.Log(Math.Tanh(k)), 2 + (2 / s));
        // cosh γ − 1 = (s − 1)²/s + 2 sin²(πl/2L), which keeps its digits where both are small.
        var sine = Math.Sin(Math.PI * l / (2 * size));
        var excess = ((s - 1) * (s - 1) / s) + (2 * sine * sine);
        var gamma = 2 * Math.Asinh(Math.Sqrt(excess / 2));
        var c = Math.Cosh(2 * k);
        return (gamma, 2 * c * (s - 1) * (s + 1) / (s * s) / Math.Sinh(gamma));
    }
}
