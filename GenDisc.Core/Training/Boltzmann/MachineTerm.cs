using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>A formula over the machine whose turn it is; while it is no one's, there is nothing to compute.</summary>
public abstract class MachineTerm(string name) : LossTerm(name)
{
    internal override bool IsDue(ModelOutput output) => output.Machine is not null;

    /// <summary>The machine and what it reads.</summary>
    private protected (EnergyMachine Machine, Tensor Visible) Read(ModelOutput output) =>
        (Need(output.Machine), Need(output.Visible));

    /// <summary>Likewise, and where it has classes the labels.</summary>
    private protected (EnergyMachine Machine, Tensor Visible, Tensor? Labels) Read(ModelOutput output, Batch batch)
    {
        var (machine, visible) = Read(output);
        return (machine, visible, machine.Classes > 0 ? Need(batch.Labels) : null);
    }
}
