using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Batch normalisation of `[batch, steps, features]` per feature, over the real steps of all sequences.</summary>
internal sealed class StepNormalisation : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.BatchNorm1d normalisation;
    private readonly SequenceLengths? lengths;

    public StepNormalisation(int features, SequenceLengths? lengths)
        : base(nameof(StepNormalisation))
    {
        normalisation = BatchNorm1d(features);
        this.lengths = lengths;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var rows = input.reshape(-1, input.size(2));
        if (lengths?.Mask(input.size(1), input.device) is not { } mask)
            return normalisation.call(rows).view(input.shape).MoveToOuterDisposeScope();
        var real = mask.view(-1).nonzero().view(-1);
        var normal = normalisation.call(rows.index_select(0, real));
        return zeros_like(rows).index_copy(0, real, normal).view(input.shape).MoveToOuterDisposeScope();
    }
}
