using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// Energies that a machine gives data, example by example, labels summed out: exact where <see cref="AreBounds"/> does not
/// say otherwise.
/// </summary>
internal static class FreeEnergies
{
    private const int BatchSize = 1000;

    /// <summary>
    /// Whether they are upper bounds by mean-field inference: of a general machine whose hidden units are coupled, and too
    /// many to be summed out.
    /// </summary>
    public static bool AreBounds(EnergyMachine machine) =>
        machine is BoltzmannMachine { HiddenCoupling: not null } && !ExactBoltzmann.Fits(machine);

    /// <summary>Free energies of a batch.</summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <returns>`[batch]`, nats.</returns>
    public static Tensor Of(EnergyMachine machine, Tensor visible) =>
        machine is BoltzmannMachine { HiddenCoupling: not null } general && ExactBoltzmann.Fits(general)
            ? ExactBoltzmann.FreeEnergy(general, visible)
            : machine.DataEnergy(visible, null);

    /// <param name="machine">Not changed.</param>
    /// <param name="split">Flattened.</param>
    /// <param name="binarise">Draws grey values once as 0 or 1; null takes numbers as they are.</param>
    /// <returns>`[examples]`, nats, in the split's order.</returns>
    /// <exception cref="UserError">The split is empty or of another size.</exception>
    public static double[] Of(EnergyMachine machine, Split split, CounterStream? binarise = null)
    {
        ExampleRows.Check(split, machine.Visible);
        using var inference = no_grad();
        var device = machine.parameters().First().device;
        var energies = new double[split.Count];
        var filled = 0;
        foreach (var batch in Batches.Sequential(split, BatchSize, device))
        {
            using var scope = NewDisposeScope();
            using var owned = batch;
            var visible = batch.X.flatten(1);
            if (binarise is not null) BernoulliSampler.SampleProbabilities(visible, visible, binarise);
            foreach (var energy in Numbers(Of(machine, visible))) energies[filled++] = energy;
        }

        return energies;
    }

    /// <param name="energies">`[n]`</param>
    public static double[] Numbers(Tensor energies) => energies.detach().to(float64).cpu().data<double>().ToArray();

    /// <summary>Mean, and variance with divisor n − 1; NaN of a single number.</summary>
    public static (double Mean, double Variance) Moments(ReadOnlySpan<double> values)
    {
        double mean = 0, squares = 0;
        foreach (var value in values) mean += value / values.Length;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return (mean, squares / (values.Length - 1));
    }
}
