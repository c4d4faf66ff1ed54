using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// Parallel tempering (Swendsen and Wang 1986; Geyer 1991): replicas of a chain at falling inverse temperatures β, where
/// the hot ones cross barriers and hand what they find down. Leaves Π_r p(state_r) at β_r invariant.
/// </summary>
internal static class Tempering
{
    /// <summary>β of every replica: evenly from 1 to 0, or where nothing can be drawn at 0, to a step above.</summary>
    public static double BetaOf(EnergyMachine machine, int replica, int replicas) =>
        1 - ((double)replica / (machine.Kind == VisibleKind.Bernoulli ? replicas - 1 : replicas));

    /// <summary>One sweep of every replica, then swaps of neighbours: first from the even places on, then from the odd.</summary>
    /// <param name="machine">Whose states they are.</param>
    /// <param name="states">`[replicas·chains, stateSize]`: all chains at β = 1, then all at the next β.</param>
    /// <param name="replicas">At least 2.</param>
    /// <param name="stream">Draws.</param>
    public static void Advance(EnergyMachine machine, Tensor states, int replicas, CounterStream stream)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var chains = states.size(0) / replicas;
        for (var r = 0; r < replicas; r++)
            machine.Advance(states.narrow(0, r * chains, chains), 1, stream, BetaOf(machine, r, replicas));
        for (var first = 0; first < 2; first++)
            for (var r = first; r + 1 < replicas; r += 2)
                Swap(machine, states.narrow(0, r * chains, chains), states.narrow(0, (r + 1) * chains, chains), r, replicas, stream);
    }

    /// <summary>
    /// Changes places where a uniform number is below p_r(hot) p_s(cold) / (p_r(cold) p_s(hot)), the p that of states
    /// whose other units are summed out: log Z cancels.
    /// </summary>
    private static void Swap(EnergyMachine machine, Tensor cold, Tensor hot, int replica, int replicas, CounterStream stream)
    {
        using var scope = NewDisposeScope();
        var (high, low) = (BetaOf(machine, replica, replicas), BetaOf(machine, replica + 1, replicas));
        var gain = machine.StateEnergy(cold, high) + machine.StateEnergy(hot, low)
            - machine.StateEnergy(hot, high) - machine.StateEnergy(cold, low);
        var accepted = UnitDraws.Uniforms(gain, stream).log_().lt(gain).unsqueeze(1);
        var before = cold.clone();
        cold.copy_(where(accepted, hot, cold));
        hot.copy_(where(accepted, before, hot));
    }
}
