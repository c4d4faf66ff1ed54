using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// Σ_j KL(ρ ‖ q_j) for the mean q_j over the batch of a hidden unit's probability to be on, nats: units that are rarely
/// on (Lee, Ekanadham and Ng 2008; as a divergence Ng 2011). A figure of the whole batch, of which every example has an
/// equal share.
/// </summary>
public sealed class ActivityTerm : MachineTerm
{
    private const double Smallest = 1e-7;

    private readonly double target;

    /// <param name="target">ρ, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public ActivityTerm(double target)
        : base("sparsityTarget")
    {
        if (target is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(target), target, "a share between 0 and 1");
        this.target = target;
    }

    /// <exception cref="UserError">The machine has no hidden units.</exception>
    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, visible) = Read(output);
        if (machine.Hidden == 0)
            throw new UserError(
                $"{Name} asks for hidden units, of which the machine has none.\nGive it some, or leave {Name} out.");
        var active = machine.Features(visible).mean([0]).clamp(Smallest, 1 - Smallest);
        var known = (target * Math.Log(target)) + ((1 - target) * Math.Log(1 - target));
        var divergence = known - (target * active.log()) - ((1 - target) * (1 - active).log());
        return divergence.sum().expand(visible.size(0));
    }
}
