using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// The state that has seen the whole sequence: `[batch, steps, features]` to `[batch, features]`. That is the last real
/// step's; of features that were read backwards, the first step's.
/// </summary>
/// <param name="backward">How many features, the trailing ones, were read backwards.</param>
/// <param name="lengths">Real steps of the batch in hand.</param>
public sealed class LastState(int backward, SequenceLengths lengths) : Module<Tensor, Tensor>(nameof(LastState))
{
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var forward = input.size(2) - backward;
        var last = Last(input.narrow(2, 0, forward));
        return (backward == 0 ? last : cat([last, input.select(1, 0).narrow(1, forward, backward)], 1))
            .MoveToOuterDisposeScope();
    }

    private Tensor Last(Tensor states)
    {
        var steps = states.size(1);
        if (lengths.At(steps) is not { } real) return states.select(1, steps - 1);
        var index = (real - 1).to(states.device).view(-1, 1, 1).expand(-1, 1, states.size(2));
        return states.gather(1, index).squeeze(1);
    }
}
