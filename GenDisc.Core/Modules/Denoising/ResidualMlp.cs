using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// A residual network over vectors (He et al. 2016) that is told time and class in every block:
/// h ← skip(h) + W₂ silu(W₁ h + T e) with the embedding e of <see cref="TimeEmbedding"/>. The last map starts at zero, so that
/// training starts from the prediction 0. Examples of any shape are flattened.
/// </summary>
public sealed class ResidualMlp : DenoisingNetwork
{
    /// <summary>Size of the embedding of time and class.</summary>
    public const int Embedding = 128;

    private readonly TimeEmbedding embedding;
    private readonly TorchSharp.Modules.ModuleList<Block> blocks;
    private readonly Affine last;

    /// <param name="size">Numbers of an example.</param>
    /// <param name="widths">Of the blocks, at least one.</param>
    /// <param name="classes">0: the class is never told.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="kernels">Whether hand-written kernels may be used.</param>
    public ResidualMlp(int size, IReadOnlyList<int> widths, int classes, RandomStream init, bool kernels = true)
        : base(nameof(ResidualMlp))
    {
        embedding = new TimeEmbedding(Embedding, classes, init, kernels);
        blocks = ModuleList<Block>([.. widths.Select((width, i) => new Block(i == 0 ? size : widths[i - 1], width, init, kernels))]);
        last = new Affine(widths[^1], size, init, kernels);
        RegisterComponents();
        Initialise.Zero(last);
    }

    public override Tensor Predict(Tensor x, Tensor time, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        var told = embedding.Of(time, labels);
        var h = x.reshape(x.size(0), -1);
        foreach (var block in blocks) h = block.Of(h, told);
        return last.call(h).view(x.shape).MoveToOuterDisposeScope();
    }

    private sealed class Block : Module
    {
        private readonly Affine first;
        private readonly Affine time;
        private readonly Affine second;
        private readonly Affine? skip;

        public Block(int inputs, int outputs, RandomStream init, bool kernels)
            : base(nameof(Block))
        {
            first = new Affine(inputs, outputs, init, kernels);
            time = new Affine(Embedding, outputs, init, kernels);
            second = new Affine(outputs, outputs, init, kernels);
            skip = inputs == outputs ? null : new Affine(inputs, outputs, init, kernels);
            RegisterComponents();
        }

        public Tensor Of(Tensor h, Tensor told) =>
            (skip?.call(h) ?? h) + second.call(functional.silu(first.call(h) + time.call(told)));
    }
}
