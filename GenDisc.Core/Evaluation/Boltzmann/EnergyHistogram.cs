using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// Energies that a machine gives data and samples of its own, over the same bins of equal width: of a good machine the two
/// look alike.
/// </summary>
/// <param name="Edges">One more than bins, rising, nats.</param>
/// <param name="Data">Counts of energies in [edge, next edge), the last bin with its upper edge.</param>
/// <param name="Samples">Counts of the samples' energies.</param>
public sealed record EnergyHistogram(double[] Edges, long[] Data, long[] Samples)
{
    /// <summary>From the least energy of both to the largest; those that are not finite are left out.</summary>
    /// <param name="bins">At least 1.</param>
    public static EnergyHistogram Of(double[] data, double[] samples, int bins = 40)
    {
        var together = Histogram.Together([data, samples], bins);
        return new EnergyHistogram(together[0].Edges, together[0].Counts, together[1].Counts);
    }

    /// <summary>Of the visible units alone: of data and of the visible part of states.</summary>
    /// <param name="machine">Not changed.</param>
    /// <param name="split">Data.</param>
    /// <param name="states">`[chains, stateSize]`, of chains at β = 1.</param>
    /// <param name="bins">At least 1.</param>
    /// <param name="binarise">Draws grey values once as 0 or 1; null takes numbers as they are.</param>
    /// <exception cref="UserError">The split is empty or of another size.</exception>
    public static EnergyHistogram Of(
        EnergyMachine machine, Split split, Tensor states, int bins = 40, CounterStream? binarise = null)
    {
        var data = FreeEnergies.Of(machine, split, binarise);
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var samples = FreeEnergies.Of(machine, states.narrow(1, 0, machine.Visible));
        return Of(data, FreeEnergies.Numbers(samples), bins);
    }
}
