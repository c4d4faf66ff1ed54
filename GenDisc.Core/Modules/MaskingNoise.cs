using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Zeroes each value with probability <c>rate</c> during training and leaves the rest as it is: a denoising
/// autoencoder's corruption (Vincent et al. 2010). Draws from its own generator; the identity in evaluation.
/// </summary>
public sealed class MaskingNoise(double rate, Generator generator) : Module<Tensor, Tensor>(nameof(MaskingNoise))
{
    public override Tensor forward(Tensor input)
    {
        if (!training || rate == 0) return input;
        using var mask = empty_like(input).bernoulli_(1 - rate, generator);
        return input * mask;
    }
}
