using GenDisc.Core.Evaluation.Boltzmann;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Runtime;
using TorchSharp;
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
    private const string ChainsName = "chains";
    private const string PositionName = "chainsPosition";

    /// <summary>Visible units.</summary>
    public abstract int Visible { get; }

    /// <summary>Hidden units: the size of <see cref="Features"/>.</summary>
    public abstract int Hidden { get; }

    /// <summary>Classes that the machine has units for; 0 for none.</summary>
    public virtual int Classes => 0;

    /// <summary>Numbers of a state, at least <see cref="Visible"/>.</summary>
    public abstract int StateSize { get; }

    /// <summary>What the visible units hold; of real ones p(state) cannot be normalised at β = 0.</summary>
    public virtual VisibleKind Kind => VisibleKind.Bernoulli;

    /// <summary>
    /// States that go on from batch to batch in learning, `[chains, stateSize]`: part of what is saved with the machine.
    /// Null before <see cref="KeepChains"/>.
    /// </summary>
    public Tensor? Chains => get_buffer(ChainsName);

    /// <summary>Where the stream that moves the chains stands; saved with them, so that they go on as if never saved.</summary>
    internal ulong ChainsPosition
    {
        get => (ulong)Position.ToInt64();
        set
        {
            using var outside = no_grad();
            Position.fill_((long)value);
        }
    }

    /// <summary>Gives the machine chains to keep: every unit 0 or 1 at random, of class units one.</summary>
    /// <param name="chains">At least 1.</param>
    /// <param name="stream">Draws the states.</param>
    /// <exception cref="InvalidOperationException">It keeps some already.</exception>
    /// <exception cref="UserError">They are more numbers than an array holds.</exception>
    public void KeepChains(int chains, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chains, 1);
        if (Chains is not null) throw new InvalidOperationException("the machine keeps chains already");
        var (size, first, last) = (StateSize, Visible, Visible + Classes);
        if ((long)chains * size > Array.MaxLength)
            throw new UserError(
                $"Boltzmann machine: {chains} states of {size} units, a state for every replica of every chain, are more numbers "
                + "than can be kept. Take fewer chains or replicas, or a smaller machine.");
        var values = new float[chains * size];
        for (var chain = 0; chain < chains; chain++)
        {
            var state = values.AsSpan(chain * size, size);
            for (var i = 0; i < size; i++)
                if (i < first || i >= last) state[i] = stream.NextInt(2);
            if (Classes > 0) state[first + stream.NextInt(Classes)] = 1;
        }

        using var scope = NewDisposeScope();
        var like = parameters().First();
        register_buffer(ChainsName, tensor(values, [chains, size]).to(like.dtype, like.device, copy: true).DetachFromDisposeScope());
        register_buffer(PositionName, zeros([], int64).DetachFromDisposeScope());
    }

    /// <summary>
    /// Sets the visible biases so that learning starts from what single units do by themselves, which hidden units and
    /// couplings then need not learn (Hinton 2010, section 8.1).
    /// </summary>
    /// <param name="rates">Of the training data.</param>
    /// <exception cref="UserError">They are no probabilities, where units of 0 and 1 need such.</exception>
    public abstract void StartFrom(BaseRates rates);

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

    /// <summary>Brings gradients to a scale that steps of one size fit, by factors above 0.</summary>
    internal virtual void ScaleGradients()
    {
    }

    /// <summary>Brings parameters back, after a step, to where the machine is well defined.</summary>
    internal virtual void KeepInBounds()
    {
    }

    /// <summary>
    /// Parameters that nothing but p(v) depends on: no gradient reaches them from <see cref="Features"/> or p(y | v).
    /// </summary>
    internal abstract IEnumerable<Parameter> VisibleParameters();

    private Tensor Position => get_buffer(PositionName) ?? throw new InvalidOperationException("the machine keeps no chains");
}
