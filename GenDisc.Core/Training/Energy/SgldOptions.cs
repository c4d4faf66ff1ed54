using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Training.Energy;

/// <summary>
/// Stochastic gradient Langevin dynamics (Welling and Teh 2011) as energy classifiers use it: x ← x − η ∂E/∂x + σ ε with
/// ε ~ N(0, I), where η and σ are chosen freely (Grathwohl et al. 2020, section 4: η = 1, σ = 0.01, 20 steps), and a
/// replay buffer of the chains (Du and Mordatch 2019, algorithm 1).
/// </summary>
/// <param name="Steps">Of a chain for each batch, at least 1.</param>
/// <param name="StepSize">η, above 0.</param>
/// <param name="Noise">σ, at least 0.</param>
/// <param name="BufferSize">Chains that are kept: at least as many as a batch has examples.</param>
/// <param name="Reinitialise">Chance of a chain to start anew, in [0, 1].</param>
/// <param name="UnitInterval">
/// Whether data lie in [0, 1]: chains then start uniformly there and are kept inside; else they start from N(0, I).
/// </param>
public sealed record SgldOptions(
    int Steps = 20,
    double StepSize = 1,
    double Noise = 0.01,
    int BufferSize = 10000,
    double Reinitialise = 0.05,
    bool UnitInterval = true)
{
    /// <exception cref="UserError">A value is out of range.</exception>
    public void Check()
    {
        Need(Steps >= 1, "needs at least one step a batch", Steps);
        Need(double.IsFinite(StepSize) && StepSize > 0, "needs a step size above 0", StepSize);
        Need(double.IsFinite(Noise) && Noise >= 0, "needs noise of at least 0", Noise);
        Need(BufferSize >= 1, "needs a replay buffer of at least one chain", BufferSize);
        Need(Reinitialise is >= 0 and <= 1, "restarts chains with a chance in [0, 1]", Reinitialise);
    }

    private static void Need(bool holds, string what, double value)
    {
        if (holds) return;
        throw new UserError(string.Create(
            CultureInfo.InvariantCulture, $"Langevin sampling {what}; got {value}.\nChange it in the energy classifier's options."));
    }
}
