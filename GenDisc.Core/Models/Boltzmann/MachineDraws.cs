using GenDisc.Core.Evaluation.Boltzmann;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Models.Boltzmann;

/// <summary>
/// Examples that a machine draws by Gibbs sampling, each by a chain of its own from units that are on as often as the
/// data's are: E[v | the other units] at the chain's end.
/// </summary>
public static class MachineDraws
{
    /// <summary>Sweeps of a chain unless said otherwise.</summary>
    public const int Sweeps = 200;

    /// <param name="machine">Draws.</param>
    /// <param name="count">Examples, at least 1.</param>
    /// <param name="rates">Of the machine's training data.</param>
    /// <param name="sweeps">At least 0.</param>
    /// <param name="stream">Chance.</param>
    /// <param name="cancel">Gives up between sweeps.</param>
    /// <returns>`[count, visible]`, without gradient, of the caller's dispose scope.</returns>
    /// <exception cref="UserError">The rates are of another number of units.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static Tensor Of(
        EnergyMachine machine, int count, BaseRates rates, int sweeps, CounterStream stream, CancellationToken cancel = default)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var state = machine.StateOf(Start(machine, count, rates, stream), null, stream);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            cancel.ThrowIfCancellationRequested();
            machine.Advance(state, 1, stream);
        }

        return machine.VisibleMean(state).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// As <see cref="Of"/>, from p(v | y): class units are held. A sweep draws them from the hidden units last, after which
    /// nothing has read them, so that setting them back makes it one of p(h | v, y) and p(v | h).
    /// </summary>
    /// <param name="labels">y, int64 `[count]`, on the machine's device.</param>
    /// <exception cref="InvalidOperationException">The machine has no classes.</exception>
    /// <inheritdoc cref="Of"/>
    public static Tensor OfClasses(
        Rbm machine, Tensor labels, BaseRates rates, int sweeps, CounterStream stream, CancellationToken cancel = default)
    {
        if (machine.Classes == 0) throw new InvalidOperationException("the machine has no classes");
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var state = machine.StateOf(Start(machine, (int)labels.size(0), rates, stream), labels, stream);
        var classes = state.narrow(1, machine.Visible, machine.Classes);
        var held = classes.clone();
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            cancel.ThrowIfCancellationRequested();
            machine.Advance(state, 1, stream);
            classes.copy_(held);
        }

        return machine.VisibleMean(state).MoveToOuterDisposeScope();
    }

    private static Tensor Start(EnergyMachine machine, int count, BaseRates rates, CounterStream stream)
    {
        if (rates.Visible != machine.Visible)
            throw new UserError($"Boltzmann machine: base rates of {rates.Visible} units for {machine.Visible} visible ones.");
        var like = machine.parameters().First();
        var real = machine.Kind == VisibleKind.Gaussian;
        var means = tensor(Array.ConvertAll(real ? rates.Mean : rates.Probabilities(), m => (float)m))
            .expand(count, machine.Visible).contiguous();
        if (real)
        {
            var deviations = tensor(Array.ConvertAll(rates.SmoothVariance(), v => (float)Math.Sqrt(v)));
            means += UnitDraws.Normals(means, stream) * deviations;
        }
        else
        {
            BernoulliSampler.SampleProbabilities(means, means, stream);
        }

        return means.to(like.dtype, like.device);
    }
}
