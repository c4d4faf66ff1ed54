using GenDisc.Core.Models.Diffusion;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>Parts of a <see cref="ModelOutput"/> that few models leave: others are spared their room at every copy.</summary>
internal sealed record RareParts
{
    public Tensor? Original { get; init; }

    public Tensor? ReconstructionNats { get; init; }

    public Tensor? KlNats { get; init; }

    public Tensor? HiddenLogits { get; init; }

    public DiffusionModel? Diffusion { get; init; }

    public Tensor? Clean { get; init; }
}
