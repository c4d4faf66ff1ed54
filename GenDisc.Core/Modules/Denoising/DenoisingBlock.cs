using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// A residual block of a U-Net (Ho, Jain and Abbeel 2020, appendix B): h ← skip(h) + conv₂ silu norm(conv₁ silu norm(h) + T e)
/// with group normalisation and the embedding e of <see cref="TimeEmbedding"/>. conv₂ starts at zero, so that the block starts
/// as its skip, which is a 1×1 convolution where the channels differ.
/// </summary>
internal sealed class DenoisingBlock : Module
{
    private readonly ShiftedNorm norm1;
    private readonly Module<Tensor, Tensor> conv1;
    private readonly Affine time;
    private readonly ShiftedNorm norm2;
    private readonly Module<Tensor, Tensor> conv2;
    private readonly PixelAffine? skip;

    public DenoisingBlock(
        int inputs, int outputs, Func<int, int, Module<Tensor, Tensor>> convolution, RandomStream init, bool kernels)
        : base(nameof(DenoisingBlock))
    {
        norm1 = new ShiftedNorm(inputs, silu: true, kernels);
        conv1 = convolution(inputs, outputs);
        time = new Affine(ResidualMlp.Embedding, outputs, init, kernels);
        norm2 = new ShiftedNorm(outputs, silu: true, kernels);
        conv2 = convolution(outputs, outputs);
        skip = inputs == outputs ? null : new PixelAffine(inputs, outputs, init, kernels);
        RegisterComponents();
        Initialise.Zero(conv2);
    }

    /// <param name="h">`[batch, inputs, h, w]`</param>
    /// <param name="told">`[batch, embedding]`</param>
    /// <returns>`[batch, outputs, h, w]`</returns>
    public Tensor Of(Tensor h, Tensor told)
    {
        using var scope = NewDisposeScope();
        var inner = conv1.call(norm1.Of(h, null));
        inner = conv2.call(norm2.Of(inner, time.call(told)));
        // in place: no gradient asks for what a convolution left
        return inner.add_(skip?.call(h) ?? h).MoveToOuterDisposeScope();
    }
}
