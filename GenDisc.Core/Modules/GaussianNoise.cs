using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// x + ε, ε ~ N(0, <c>deviation</c>²) during training (Vincent et al. 2010). Draws from its own generator;
/// the identity in evaluation.
/// </summary>
public sealed class GaussianNoise(double deviation, Generator generator) : Module<Tensor, Tensor>(nameof(GaussianNoise))
{
    public override Tensor forward(Tensor input)
    {
        if (!training || deviation == 0) return input;
        using var noise = randn(input.shape, dtype: input.dtype, device: input.device, generator: generator);
        return input.add(noise, alpha: deviation);
    }
}
