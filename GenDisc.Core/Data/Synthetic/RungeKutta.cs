using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>The rates of change of a state at a time.</summary>
internal delegate void Flow(double time, ReadOnlySpan<double> state, Span<double> rates);

/// <summary>The classical method of order 4 (Kutta 1901) with steps of one length.</summary>
internal sealed class RungeKutta
{
    /// <summary>About as many seconds of work as anybody would wait for.</summary>
    private const double MostSteps = 1e8;

    private readonly Flow flow;
    private readonly double[] k1, k2, k3, k4, between;

    /// <param name="flow">The system.</param>
    /// <param name="dimensions">Numbers in its state.</param>
    public RungeKutta(Flow flow, int dimensions)
    {
        this.flow = flow;
        (k1, k2) = (new double[dimensions], new double[dimensions]);
        (k3, k4) = (new double[dimensions], new double[dimensions]);
        between = new double[dimensions];
    }

    /// <summary>States at the grid's times, the first being <paramref name="start"/>: [points, dimensions].</summary>
    /// <param name="name">Of the series, for messages.</param>
    /// <param name="grid">The times.</param>
    /// <param name="start">At time 0.</param>
    /// <param name="step">Of the method, at most; it divides each step of the grid.</param>
    /// <exception cref="UserError">The span takes too many steps.</exception>
    public double[] Solve(string name, TimeGrid grid, ReadOnlySpan<double> start, double step)
    {
        var substeps = Math.Ceiling(grid.Step / step);
        if (!(substeps * (grid.Points - 1) <= MostSteps))
            throw new UserError(FormattableString.Invariant(
                $"{name}: the span of {grid[grid.Points - 1]} takes more than {MostSteps} steps of {step}. ")
                + "Choose a shorter one.");

        var width = start.Length;
        var states = new double[grid.Points * width];
        start.CopyTo(states);
        for (var i = 1; i < grid.Points; i++)
        {
            var state = states.AsSpan(i * width, width);
            states.AsSpan((i - 1) * width, width).CopyTo(state);
            Advance(grid[i - 1], state, grid.Step / substeps, (int)substeps);
        }

        return states;
    }

    /// <summary>So many steps on from <paramref name="time"/>, in place.</summary>
    public void Advance(double time, Span<double> state, double step, int steps)
    {
        for (var n = 0; n < steps; n++)
        {
            var now = time + (n * step);
            flow(now, state, k1);
            flow(now + (step / 2), Ahead(state, k1, step / 2), k2);
            flow(now + (step / 2), Ahead(state, k2, step / 2), k3);
            flow(now + step, Ahead(state, k3, step), k4);
            for (var i = 0; i < state.Length; i++)
                state[i] += step / 6 * (k1[i] + (2 * (k2[i] + k3[i])) + k4[i]);
        }
    }

    private double[] Ahead(ReadOnlySpan<double> state, double[] rates, double step)
    {
        for (var i = 0; i < state.Length; i++) between[i] = state[i] + (step * rates[i]);
        return between;
    }
}
