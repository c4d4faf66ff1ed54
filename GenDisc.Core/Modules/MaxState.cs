using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Maximum over the real steps: `[batch, steps, features]` to `[batch, features]`.</summary>
public sealed class MaxState(SequenceLengths lengths) : Module<Tensor, Tensor>(nameof(MaxState))
{
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return lengths.Padded(input, double.NegativeInfinity).amax([1]).MoveToOuterDisposeScope();
    }
}
