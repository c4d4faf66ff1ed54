using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>Exact figures of a system with few states at inverse temperature β = 1/T, with Boltzmann's constant 1.</summary>
/// <param name="Beta">At least 0.</param>
/// <param name="LogZ">log Σ exp(−β E), nats.</param>
/// <param name="Energy">U = ⟨E⟩ = −∂ log Z/∂β.</param>
/// <param name="HeatCapacity">∂U/∂T = β² (⟨E²⟩ − ⟨E⟩²).</param>
/// <param name="Entropy">S = −Σ p log p, nats.</param>
/// <param name="FreeEnergy">F = −log Z/β = U − T S; −∞ at β = 0.</param>
public sealed record Thermodynamics(
    double Beta, double LogZ, double Energy, double HeatCapacity, double Entropy, double FreeEnergy)
{
    private const long MostStates = 1L << ExactBoltzmann.MostUnits;

    /// <summary>Whether the states of all units, and classes, can be enumerated: at most a million.</summary>
    public static bool Fits(EnergyMachine machine) =>
        machine is BoltzmannMachine or Rbm && machine.Kind == VisibleKind.Bernoulli
        && machine.Visible + machine.Hidden <= ExactBoltzmann.MostUnits
        && (1L << (machine.Visible + machine.Hidden)) * Math.Max(1, machine.Classes) <= MostStates;

    /// <param name="energies">Of all states, at least one; ∞ for states that cannot be.</param>
    /// <param name="beta">Finite, at least 0.</param>
    public static Thermodynamics Of(ReadOnlySpan<double> energies, double beta)
    {
        if (!(beta >= 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "an inverse temperature is finite and at least 0");
        var ground = double.PositiveInfinity;
        foreach (var energy in energies) ground = Math.Min(ground, energy);
        if (!double.IsFinite(ground))
            throw new ArgumentException($"the lowest of {energies.Length} energies is {ground}", nameof(energies));
        // Above the ground state all terms are of one sign, so that S = log Z + β U does not cancel when cold.
        double z = 0, sum = 0;
        foreach (var energy in energies)
        {
            if (double.IsPositiveInfinity(energy)) continue;
            var weight = Math.Exp(-beta * (energy - ground));
            z += weight;
            sum += weight * (energy - ground);
        }

        double mean = sum / z, squares = 0;
        foreach (var energy in energies)
        {
            if (double.IsPositiveInfinity(energy)) continue;
            var from = energy - ground - mean;
            squares += Math.Exp(-beta * (energy - ground)) * from * from;
        }

        var logZ = Math.Log(z) - (beta * ground);
        return new Thermodynamics(
            beta, logZ, ground + mean, beta * beta * squares / z, Math.Log(z) + (beta * mean), -logZ / beta);
    }

    /// <summary>Of a machine's visible and hidden units, and classes, together.</summary>
    /// <exception cref="UserError">The machine has too many states, real units, or parameters that are not finite.</exception>
    public static Thermodynamics Of(EnergyMachine machine, double beta) => Of(Energies(machine), beta);

    /// <summary>At each of several temperatures.</summary>
    /// <param name="betas">Each finite and at least 0.</param>
    /// <exception cref="UserError">As <see cref="Of(EnergyMachine, double)"/>.</exception>
    public static IReadOnlyList<Thermodynamics> Curve(EnergyMachine machine, IReadOnlyList<double> betas)
    {
        var energies = Energies(machine);
        return [.. betas.Select(beta => Of(energies, beta))];
    }

    /// <summary>
    /// E of every state, with v and h as the numbers Σ_i v_i 2^i and Σ_j h_j 2^j: of a general machine at v + 2^visible · h,
    /// of a restricted one with class y at (v · 2^hidden + h) · max(classes, 1) + y.
    /// </summary>
    /// <exception cref="UserError">As <see cref="Of(EnergyMachine, double)"/>.</exception>
    public static double[] Energies(EnergyMachine machine)
    {
        if (!Fits(machine))
            throw new UserError(
                $"Boltzmann machine of {machine.Visible} visible and {machine.Hidden} hidden units: thermodynamics needs all "
                + $"states, at most {MostStates} of units in {{0, 1}}; take a smaller machine.");
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        if (machine is BoltzmannMachine general)
        {
            DoubleRbm.CheckFinite(general);
            return FreeEnergies.Numbers(ExactBoltzmann.Energies(general));
        }

        using var exact = new DoubleRbm((Rbm)machine);
        return exact.AllEnergies().cpu().data<double>().ToArray();
    }
}
