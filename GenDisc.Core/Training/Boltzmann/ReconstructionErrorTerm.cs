using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// How far a machine's E[v | E[h | v]] is from v: the cross-entropy in nats, of real units the squared error, summed over
/// units; of a machine with classes the label is drawn given v. Neither contrastive divergence nor the likelihood is what
/// it measures (Hinton 2010, section 5).
/// </summary>
public sealed class ReconstructionErrorTerm() : MachineTerm("reconstructionError")
{
    private readonly EvaluationDraws draws = new(new CounterStream(0, "reconstructionError"));

    public override bool EvaluationOnly => true;

    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, visible) = Read(output);
        var mean = machine.VisibleMean(machine.StateOf(visible, null, draws.For(output)));
        return machine.Kind == VisibleKind.Gaussian
            ? (visible - mean).square().sum(1)
            : functional.binary_cross_entropy(mean, visible, reduction: Reduction.None).sum(1);
    }
}
