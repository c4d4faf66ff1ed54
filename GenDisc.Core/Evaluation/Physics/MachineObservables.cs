using GenDisc.Core.Data.Synthetic.Ising;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Physics;

/// <summary>Ising's observables of what a machine draws, as a physicist would test it (Torlai and Melko 2016).</summary>
public static class MachineObservables
{
    /// <summary>
    /// Runs the chains and measures their visible units. Of a machine that was trained at T and runs at β, the model of
    /// C and χ is at T/β.
    /// </summary>
    /// <param name="machine">With a visible unit for each spin, row after row, in {0, 1}. Its mode does not matter.</param>
    /// <param name="model">That the machine was trained on.</param>
    /// <param name="sampling">How many, how long.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="start">
    /// Data to start from, `[at least chains, visible]` or images; null: units on by a coin. Chains that start from data
    /// and do not mix look better than the machine is.
    /// </param>
    /// <param name="cancel">Gives up between draws.</param>
    /// <exception cref="UserError">
    /// A number is out of range, the machine or the start does not fit the lattice, or visible units are neither 0 nor 1.
    /// </exception>
    /// <exception cref="OperationCanceledException"/>
    public static IsingObservables Of(
        EnergyMachine machine,
        IsingOptions model,
        MachineSampling sampling,
        CounterStream stream,
        Tensor? start = null,
        CancellationToken cancel = default)
    {
        model.Check();
        sampling.Check();
        if (machine.Visible != model.Sites)
            throw new UserError($"{model.Name}: the machine has {machine.Visible} visible units, but the lattice {model.Sites} spins. Give one for each.");
        var (chains, draws) = (sampling.Chains, sampling.Draws);
        var (energies, magnetisations) = (new double[chains * draws], new double[chains * draws]);
        var (someEnergies, someMagnetisations) = (new double[chains], new double[chains]);
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var state = machine.StateOf(Start(machine, chains, stream, start), null, stream);
        Advance(sampling.BurnIn);
        for (var draw = 0; draw < draws; draw++)
        {
            Advance(sampling.Thinning);
            IsingObservables.Measure(model, state.narrow(1, 0, machine.Visible), someEnergies, someMagnetisations);
            for (var chain = 0; chain < chains; chain++)
            {
                energies[(chain * draws) + draw] = someEnergies[chain];
                magnetisations[(chain * draws) + draw] = someMagnetisations[chain];
            }
        }

        var hotter = model with { Temperature = model.Temperature / sampling.Beta };
        return IsingObservables.Of(hotter, energies, magnetisations, chains);

        void Advance(int sweeps)
        {
            for (var left = sweeps; left > 0; left -= 100)
            {
                cancel.ThrowIfCancellationRequested();
                machine.Advance(state, Math.Min(left, 100), stream, sampling.Beta);
            }
        }
    }

    private static Tensor Start(EnergyMachine machine, int chains, CounterStream stream, Tensor? start)
    {
        var like = machine.parameters().First();
        if (start is null)
        {
            var coins = full([chains, machine.Visible], 0.5f);
            BernoulliSampler.SampleProbabilities(coins, coins, stream);
            return coins.to(like.dtype, like.device);
        }

        if (start.shape[0] < chains || start.numel() != start.shape[0] * machine.Visible)
            throw new UserError($"sampling: {chains} chains of {machine.Visible} visible units cannot start from [{string.Join(", ", start.shape)}]. Give a row for each chain.");
        return start.narrow(0, 0, chains).reshape(chains, machine.Visible).to(like.dtype, like.device);
    }
}
