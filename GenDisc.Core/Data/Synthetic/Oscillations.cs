using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Series of one column, x, at `points` equal steps from time 0 to `span`, both included, with normal noise of standard
/// deviation `noise`. Linear oscillators have the natural frequency 1, so a period is about 2 pi.
/// </summary>
public static class Oscillations
{
    /// <summary>Of the integrator: an error of about 1e-10 a period.</summary>
    private const double Substep = 0.01;

    /// <summary>Σ_k sin(ω_k t).</summary>
    /// <param name="frequencies">ω_k, radians a unit of time; at least one.</param>
    /// <param name="span">Above 0.</param>
    /// <param name="points">At least 2.</param>
    /// <param name="noise">At least 0.</param>
    /// <param name="draw">Which draw of the noise, from 1.</param>
    /// <exception cref="UserError">A number is out of range.</exception>
    public static Series Sines(IReadOnlyList<double> frequencies, double span, int points, double noise, int draw = 1)
    {
        if (frequencies.Count == 0) throw new UserError("sines: there is no frequency. Give at least one.");
        foreach (var frequency in frequencies) Generated.CheckFinite("sines", "a frequency", frequency);
        var grid = new TimeGrid("sines", span, points);
        var exact = new double[points];
        for (var i = 0; i < points; i++)
        {
            foreach (var frequency in frequencies) exact[i] += Math.Sin(frequency * grid[i]);
        }

        var list = string.Join(' ', frequencies.Select(frequency => frequency.ToString(CultureInfo.InvariantCulture)));
        return Generated.Observe("sines", $"frequencies {list}, span {span}, points {points}", ["x"], exact, noise, draw);
    }

    /// <summary>x'' + 2 γ x' + x = 0 from x = 1 at rest, exactly.</summary>
    /// <param name="damping">γ, at least 0: below 1 it oscillates, at 1 it comes to rest fastest.</param>
    /// <param name="span">Above 0.</param>
    /// <param name="points">At least 2.</param>
    /// <param name="noise">At least 0.</param>
    /// <param name="draw">Which draw of the noise, from 1.</param>
    /// <exception cref="UserError">A number is out of range.</exception>
    public static Series Damped(double damping, double span, int points, double noise, int draw = 1)
    {
        Generated.CheckFromZero("damped", "the damping", damping);
        var grid = new TimeGrid("damped", span, points);
        var exact = new double[points];
        for (var i = 0; i < points; i++) exact[i] = DampedAt(damping, grid[i]).X;
        return Generated.Observe("damped", $"damping {damping}, span {span}, points {points}", ["x"], exact, noise, draw);
    }

    /// <summary>x'' + 2 γ x' + x = F cos(ω t) from x = 1 at rest, by the classical Runge-Kutta method.</summary>
    /// <param name="damping">γ, at least 0.</param>
    /// <param name="drive">F.</param>
    /// <param name="frequency">ω, radians a unit of time.</param>
    /// <param name="span">Above 0.</param>
    /// <param name="points">At least 2.</param>
    /// <param name="noise">At least 0.</param>
    /// <param name="draw">Which draw of the noise, from 1.</param>
    /// <exception cref="UserError">A number is out of range, or the span takes too many steps.</exception>
    public static Series Driven(
        double damping, double drive, double frequency, double span, int points, double noise, int draw = 1)
    {
        Generated.CheckFromZero("driven", "the damping", damping);
        Generated.CheckFinite("driven", "the drive", drive);
        Generated.CheckFinite("driven", "the frequency", frequency);
        var grid = new TimeGrid("driven", span, points);
        var solver = new RungeKutta((t, s, rates) =>
        {
            rates[0] = s[1];
            rates[1] = (drive * Math.Cos(frequency * t)) - (2 * damping * s[1]) - s[0];
        }, dimensions: 2);
        var fastest = Math.Max(1, Math.Max(2 * damping, Math.Abs(frequency)));
        var states = solver.Solve("driven", grid, [1, 0], Substep / fastest);
        var exact = new double[points];
        for (var i = 0; i < points; i++) exact[i] = states[2 * i];
        return Generated.Observe(
            "driven",
            $"damping {damping}, drive {drive}, frequency {frequency}, span {span}, points {points}",
            ["x"],
            exact,
            noise,
            draw);
    }

    /// <summary>
    /// x = C + γ S and v = −S with C = e^(−γt) cos(ωt), S = e^(−γt) sin(ωt) / ω and ω² = 1 − γ², which reach on to
    /// ω = 0 and to imaginary ω.
    /// </summary>
    internal static (double X, double V) DampedAt(double damping, double time)
    {
        var root = Math.Sqrt(Math.Abs(1 - damping)) * Math.Sqrt(1 + damping);
        var phase = root * time;
        double c, s;
        if (damping > 1 && phase > 1)
        {
            // Two decays rather than hyperbolic functions, which would overflow; -γ + root without cancellation.
            var (slow, fast) = (Math.Exp(-time / (damping + root)), Math.Exp(-(damping + root) * time));
            (c, s) = ((slow + fast) / 2, (slow - fast) / (2 * root));
        }
        else
        {
            var decay = Math.Exp(-damping * time);
            c = decay * (damping > 1 ? Math.Cosh(phase) : Math.Cos(phase));
            s = decay * (root == 0 ? time : (damping > 1 ? Math.Sinh(phase) : Math.Sin(phase)) / root);
        }

        return (c + (damping * s), -s);
    }
}
