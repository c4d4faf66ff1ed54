using GenDisc.Core.Data;
using GenDisc.Core.Models;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// −log p(v) up to log Z, classes summed out, nats. Its gap between training and validation data grows when a machine overfits, whatever
/// log Z is (Hinton 2010, section 6).
/// </summary>
public sealed class FreeEnergyTerm() : MachineTerm("freeEnergy")
{
    public override bool EvaluationOnly => true;

    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (machine, visible) = Read(output);
        return machine.DataEnergy(visible, null);
    }
}
