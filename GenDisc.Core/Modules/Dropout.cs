using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Zeroes each value with probability <c>rate</c> during training and scales the rest by 1/(1−rate) (Srivastava et
/// al. 2014, inverted form). Draws from its own generator; the identity in evaluation.
/// </summary>
public sealed class Dropout(double rate, Generator generator) : Module<Tensor, Tensor>(nameof(Dropout))
{
    public override Tensor forward(Tensor input)
    {
        if (!training || rate == 0) return input;
        using var mask = empty_like(input).bernoulli_(1 - rate, generator).div_(1 - rate);
        return input * mask;
    }
}
