using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Mean over the real steps: `[batch, steps, features]` to `[batch, features]`.</summary>
public sealed class MeanState(SequenceLengths lengths) : Module<Tensor, Tensor>(nameof(MeanState))
{
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (lengths.At(input.size(1)) is not { } real) return input.mean([1]).MoveToOuterDisposeScope();
        var count = real.to(input.dtype).to(input.device).unsqueeze(1);
        return (lengths.Padded(input, 0).sum(1) / count).MoveToOuterDisposeScope();
    }
}
