using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Dropout (Srivastava et al. 2014) that stays on after training, as an approximate posterior over weights (Gal and
/// Ghahramani 2016, eqs. 5 and 6). In training each example has a mask of its own; in a round of
/// <see cref="StochasticPasses"/> all examples share the mask of a pass, a draw of the weights. Elsewhere the identity,
/// the mean of both.
/// </summary>
/// <param name="rate">Probability of zero, in (0, 1); the rest is scaled by 1/(1 − rate).</param>
/// <param name="generator">Draws in training.</param>
/// <param name="passes">Of the model that this module belongs to, which owns them.</param>
public sealed class McDropout(double rate, Generator generator, StochasticPasses passes)
    : Module<Tensor, Tensor>(nameof(McDropout))
{
    internal StochasticPasses Passes => passes;

    public override Tensor forward(Tensor input)
    {
        if (!training && !passes.Drawing) return input;
        using var one = training ? null : input.narrow(0, 0, 1);
        using var mask = empty_like(one ?? input).bernoulli_(1 - rate, training ? generator : passes.Generator).div_(1 - rate);
        return input * mask;
    }
}
