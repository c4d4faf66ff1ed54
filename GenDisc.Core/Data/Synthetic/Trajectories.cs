using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Series of nonlinear systems at `points` equal steps from time 0 to `span`, both included, by the classical
/// Runge-Kutta method, with normal noise of standard deviation `noise` on every column.
/// </summary>
public static class Trajectories
{
    internal const double Sigma = 10;
    internal const double Rho = 28;
    internal const double Beta = 8.0 / 3;

    private const double LorenzSubstep = 0.001;
    private const double VanDerPolSubstep = 0.01;

    /// <summary>Any start comes near the attractor as e^(−14 t), so after this time it is on it.</summary>
    private const double Transient = 20;

    /// <summary>
    /// x' = σ (y − x), y' = x (ρ − z) − y, z' = x y − β z with σ = 10, ρ = 28, β = 8/3 (Lorenz 1963), started on the
    /// attractor. Neighbouring states part as e^(0.9 t). Columns x, y and z.
    /// </summary>
    /// <param name="span">Above 0; a turn takes about 0.75.</param>
    /// <param name="points">At least 2.</param>
    /// <param name="noise">At least 0.</param>
    /// <param name="draw">Which draw of the noise, from 1.</param>
    /// <exception cref="UserError">A number is out of range, or the span takes too many steps.</exception>
    public static Series Lorenz(double span, int points, double noise, int draw = 1)
    {
        var grid = new TimeGrid("lorenz", span, points);
        var solver = new RungeKutta(LorenzFlow, dimensions: 3);
        double[] state = [1, 1, 1];
        solver.Advance(0, state, LorenzSubstep, (int)(Transient / LorenzSubstep));
        var exact = solver.Solve("lorenz", grid, state, LorenzSubstep);
        return Generated.Observe("lorenz", $"span {span}, points {points}", ["x", "y", "z"], exact, noise, draw);
    }

    /// <summary>
    /// x' = v, v' = μ (1 − x²) v − x (van der Pol 1926) from x = 2 at rest: a limit cycle of amplitude 2 whose period
    /// is about 2 pi for small μ and 1.6 μ for large. Columns x and v.
    /// </summary>
    /// <param name="mu">μ, at least 0.</param>
    /// <param name="span">Above 0.</param>
    /// <param name="points">At least 2.</param>
    /// <param name="noise">At least 0.</param>
    /// <param name="draw">Which draw of the noise, from 1.</param>
    /// <exception cref="UserError">A number is out of range, or the span takes too many steps.</exception>
    public static Series VanDerPol(double mu, double span, int points, double noise, int draw = 1)
    {
        Generated.CheckFromZero("van-der-pol", "mu", mu);
        var grid = new TimeGrid("van-der-pol", span, points);
        var solver = new RungeKutta((_, s, rates) =>
        {
            rates[0] = s[1];
            rates[1] = (mu * (1 - (s[0] * s[0])) * s[1]) - s[0];
        }, dimensions: 2);
        // The fastest rate on the cycle is 3 mu, where it turns to creep along its slow branch.
        var exact = solver.Solve("van-der-pol", grid, [2, 0], VanDerPolSubstep / Math.Max(1, mu));
        return Generated.Observe("van-der-pol", $"mu {mu}, span {span}, points {points}", ["x", "v"], exact, noise, draw);
    }

    internal static void LorenzFlow(double time, ReadOnlySpan<double> s, Span<double> rates)
    {
        rates[0] = Sigma * (s[1] - s[0]);
        rates[1] = (s[0] * (Rho - s[2])) - s[1];
        rates[2] = (s[0] * s[1]) - (Beta * s[2]);
    }
}
