using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// Sums over all states of small machines, differentiable in the parameters, at the machine's own precision. In order
/// means that unit i of state k is on where bit i of k is set.
/// </summary>
public static class ExactBoltzmann
{
    /// <summary>Most units that are enumerated: about a million states.</summary>
    public const int MostUnits = 20;

    /// <summary>Numbers of a block of states.</summary>
    private const int BlockNumbers = 1 << 21;

    /// <summary>
    /// Whether log Z can be enumerated: of a restricted machine over its hidden units or, those being in {0, 1}, its
    /// visible ones; of a general machine over all of them.
    /// </summary>
    public static bool Fits(EnergyMachine machine) => machine switch
    {
        Rbm rbm => rbm.Hidden <= MostUnits || EnumeratesVisible(rbm),
        BoltzmannMachine general => general.StateSize <= MostUnits,
        _ => false,
    };

    /// <summary>log Z(β) = log Σ_states exp(−β E(state)), of Gaussian visible units their integral: a scalar.</summary>
    /// <param name="machine">As <see cref="Fits"/> says.</param>
    /// <param name="beta">Inverse temperature.</param>
    /// <exception cref="UserError">The machine has too many units, or is of another kind.</exception>
    public static Tensor LogPartition(EnergyMachine machine, double beta = 1)
    {
        if (!Fits(machine)) throw TooLarge(machine);
        using var scope = NewDisposeScope();
        var own = machine.parameters().First();
        var learned = is_grad_enabled() ? machine.parameters().Where(p => p.requires_grad).ToArray() : [];
        var units = UnitsEnumerated(machine);
        var states = 1L << units;
        var block = Math.Max(1, BlockNumbers / (machine.Visible + machine.Hidden));
        if (states <= block)
            return LogWeights(machine, States(0, states, units, own), beta).logsumexp(0).MoveToOuterDisposeScope();

        var parts = new List<Tensor>();
        using (no_grad())
        {
            for (var first = 0L; first < states; first += block)
            {
                using var inner = NewDisposeScope();
                var weights = LogWeights(machine, States(first, Math.Min(block, states - first), units, own), beta);
                parts.Add(weights.logsumexp(0).MoveToOuterDisposeScope());
            }
        }

        var total = stack(parts).logsumexp(0);
        if (learned.Length == 0) return total.MoveToOuterDisposeScope();

        // d log Z is the mean of d(−β E) under the machine: with it in hand no graph of a million states need be kept.
        var slopes = learned.Select(p => zeros_like(p)).ToArray();
        for (var first = 0L; first < states; first += block)
        {
            using var inner = NewDisposeScope();
            var weights = LogWeights(machine, States(first, Math.Min(block, states - first), units, own), beta);
            var mean = ((weights.detach() - total).exp() * weights).sum();
            var gradients = autograd.grad([mean], learned, allow_unused: true);
            for (var i = 0; i < learned.Length; i++)
                if (gradients[i] is { IsInvalid: false } gradient) slopes[i].add_(gradient);
        }

        for (var i = 0; i < learned.Length; i++)
            total = total + ((learned[i] - learned[i].detach()) * slopes[i]).sum();
        return total.MoveToOuterDisposeScope();
    }

    /// <summary>F(v) = −log Σ_h exp(−E(v, h)), all hidden states enumerated. Differentiable in the parameters.</summary>
    /// <param name="machine">Of at most <see cref="MostUnits"/> units.</param>
    /// <param name="visible">`[batch, visible]`, 0 or 1.</param>
    /// <returns>`[batch]`, nats.</returns>
    /// <exception cref="UserError">The machine has too many units.</exception>
    public static Tensor FreeEnergy(BoltzmannMachine machine, Tensor visible)
    {
        if (!Fits(machine)) throw TooLarge(machine);
        if (machine.Hidden == 0) return machine.VisibleEnergy(visible);
        using var scope = NewDisposeScope();
        var hidden = States(0, 1L << machine.Hidden, machine.Hidden, visible);
        var own = machine.HiddenPairEnergy(hidden);
        var transposed = hidden.t();
        var logits = machine.HiddenLogits(visible);
        var (batch, block) = (visible.size(0), Math.Max(1, BlockNumbers >> machine.Hidden));
        var parts = new List<Tensor>();
        for (var first = 0L; first < batch; first += block)
        {
            var some = logits.narrow(0, first, Math.Min(block, batch - first));
            parts.Add((some.matmul(transposed) - own).logsumexp(1));
        }

        return (machine.VisibleEnergy(visible) - cat(parts, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>E of every state in order, `[2^stateSize]`, nats. Records no gradient.</summary>
    /// <exception cref="UserError">The machine has too many units.</exception>
    public static Tensor Energies(BoltzmannMachine machine)
    {
        if (!Fits(machine)) throw TooLarge(machine);
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var states = States(0, 1L << machine.StateSize, machine.StateSize, machine.VisibleBias);
        return machine.StateEnergy(states).MoveToOuterDisposeScope();
    }

    /// <summary>States <paramref name="first"/> and on, in order: `[count, units]`.</summary>
    internal static Tensor States(long first, long count, int units, Tensor like) =>
        States(first, count, units, like.dtype, like.device);

    /// <inheritdoc cref="States(long, long, int, Tensor)"/>
    internal static Tensor States(long first, long count, int units, ScalarType type, Device device)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var numbers = arange(first, first + count, ScalarType.Int64, device).unsqueeze(1);
        var bits = pow(2, arange(0L, units, ScalarType.Int64, device));
        return numbers.bitwise_and(bits).ne(0).to_type(type).MoveToOuterDisposeScope();
    }

    internal static UserError TooLarge(EnergyMachine machine) => new(
        $"{machine.GetName()} of {machine.Visible} visible and {machine.Hidden} hidden units is too large to enumerate its "
        + $"states: nll needs at most {MostUnits} hidden units (or visible ones in {{0, 1}}) of a restricted machine, at most "
        + $"{MostUnits} units in all of a general one; take fewer units, or learn by contrastive divergence");

    private static bool EnumeratesVisible(Rbm rbm) =>
        rbm.Options.Kind == VisibleKind.Bernoulli && rbm.Visible <= Math.Min(MostUnits, rbm.Hidden);

    private static int UnitsEnumerated(EnergyMachine machine) => machine switch
    {
        Rbm rbm => EnumeratesVisible(rbm) ? rbm.Visible : rbm.Hidden,
        _ => machine.StateSize,
    };

    /// <summary>log Σ exp(−β E) over what is not enumerated, for every state of what is: `[states]`.</summary>
    private static Tensor LogWeights(EnergyMachine machine, Tensor states, double beta) => machine switch
    {
        Rbm rbm when EnumeratesVisible(rbm) => OfVisible(rbm, states, beta),
        Rbm rbm => OfHidden(rbm, states, beta),
        _ => machine.StateEnergy(states, beta).neg(),
    };

    private static Tensor OfVisible(Rbm rbm, Tensor visible, double beta)
    {
        if (rbm.Classes == 0) return rbm.StateEnergy(visible, beta).neg();
        var labels = eye(rbm.Classes, dtype: visible.dtype, device: visible.device);
        var each = new Tensor[rbm.Classes];
        for (var label = 0; label < each.Length; label++)
        {
            var row = labels.narrow(0, label, 1).expand(visible.size(0), rbm.Classes);
            each[label] = rbm.StateEnergy(cat([visible, row], 1), beta).neg();
        }

        return stack(each).logsumexp(0);
    }

    /// <summary>
    /// β c·h + Σ_i log Σ_{v_i} exp(−β E_i(v_i, h)), and log Σ_y exp(β (d_y + h·U_y)) with classes. Of Gaussian units with
    /// mean m = b + Wᵀh the integral is (2πσ²/β)^½ exp(β (m² − b²) / 2σ²).
    /// </summary>
    private static Tensor OfHidden(Rbm rbm, Tensor hidden, double beta)
    {
        var means = rbm.VisibleLogits(hidden);
        var sum = hidden.matmul(rbm.HiddenBias) * beta;
        if (rbm.LogVariance is { } logVariance)
        {
            var gain = (means.square() - rbm.VisibleBias.square()) * logVariance.neg().exp() * (beta / 2);
            sum = sum + (gain + (0.5 * (logVariance + Math.Log(2 * Math.PI / beta)))).sum(1);
        }
        else
        {
            sum = sum + functional.softplus(means * beta).sum(1);
        }

        return rbm is { ClassWeight: { } classWeight, ClassBias: { } classBias }
            ? sum + ((hidden.matmul(classWeight) + classBias) * beta).logsumexp(1)
            : sum;
    }
}
