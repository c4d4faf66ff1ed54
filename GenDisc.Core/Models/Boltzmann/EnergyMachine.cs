using GenDisc.Core.Kernels.Random;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models.Boltzmann;

/// <summary>
/// A model that gives every state an energy, and with it p(state) = exp(−β E(state)) / Z(β) at inverse temperature β,
/// which is 1 in training. Its gradient is that of an energy on data less that of an energy on states of its own (Ackley,
/// Hinton and Sejnowski 1985): what it offers is just what such a rule needs.
/// </summary>
/// <remarks>
/// A state is one row of numbers: visible units first, then what else the machine cannot sum out by itself. Units that it
/// can sum out, such as the hidden ones of a restricted machine, are no part of it. Energies are in nats.
/// </remarks>
public abstract class EnergyMachine(string name) : Module(name)
{
    /// <summary>Visible units.</summary>
    public abstract int Visible { get; }

    /// <summary>Hidden units: the size of <see cref="Features"/>.</summary>
    public abstract int Hidden { get; }

    /// <summary>Classes that the machine has units for; 0 for none.</summary>
    public virtual int Classes => 0;

    /// <summary>Numbers of a state, at least <see cref="Visible"/>.</summary>
    public abstract int StateSize { get; }

    /// <summary>
    /// −log of what the machine gives data, up to log Z: differentiable in the parameters alone, to be lowered by
    /// learning. Of a restricted machine the free energy; where hidden units cannot be summed out, a variational bound.
    /// </summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <param name="labels">int64 `[batch]`, for machines with classes; null sums over them.</param>
    /// <returns>`[batch]`, nats.</returns>
    public abstract Tensor DataEnergy(Tensor visible, Tensor? labels);

    /// <summary>
    /// −log of p(state) up to log Z(β), the units that are no part of the state summed out; differentiable in the
    /// parameters alone.
    /// </summary>
    /// <param name="state">`[chains, stateSize]`</param>
    /// <param name="beta">Inverse temperature, at least 0.</param>
    /// <returns>`[chains]`, nats.</returns>
    public abstract Tensor StateEnergy(Tensor state, double beta = 1);

    /// <summary>States to start chains from: the data, with the other units drawn given them.</summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <param name="labels">int64 `[batch]`, or null.</param>
    /// <param name="stream">Draws.</param>
    /// <returns>`[batch, stateSize]`, new, without gradient.</returns>
    public abstract Tensor StateOf(Tensor visible, Tensor? labels, CounterStream stream);

    /// <summary>
    /// Moves chains by full sweeps of Gibbs sampling, in place: a transition that leaves p(state) at β invariant. Records
    /// no gradient.
    /// </summary>
    /// <param name="state">`[chains, stateSize]`, contiguous.</param>
    /// <param name="sweeps">At least 0.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="beta">Inverse temperature, at least 0.</param>
    public abstract void Advance(Tensor state, int sweeps, CounterStream stream, double beta = 1);

    /// <summary>E[v | the other units] of the last draw is noise-free: what pictures show of a chain.</summary>
    /// <param name="state">`[chains, stateSize]`</param>
    /// <returns>`[chains, visible]`, without gradient.</returns>
    public abstract Tensor VisibleMean(Tensor state);

    /// <summary>
    /// p(h_j = 1 | v), or its mean-field value where that has no closed form: what blocks after the machine read.
    /// Differentiable in the parameters and, where it has a closed form, in <paramref name="visible"/>.
    /// </summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <returns>`[batch, hidden]`, in [0, 1].</returns>
    public abstract Tensor Features(Tensor visible);

    /// <summary>Parameters that <see cref="Features"/> depends on.</summary>
    internal virtual IEnumerable<Parameter> EncoderParameters() => parameters();
}
