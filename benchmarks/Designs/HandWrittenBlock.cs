using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>A residual block of <see cref="HandWrittenDiffusion"/>.</summary>
internal sealed class HandWrittenBlock : Module
{
    private readonly GroupNorm norm1;
    private readonly Conv2d conv1;
    private readonly Linear time;
    private readonly GroupNorm norm2;
    private readonly Conv2d conv2;
    private readonly Conv2d? skip;

    public HandWrittenBlock(int inputs, int outputs, int embedding)
        : base(nameof(HandWrittenBlock))
    {
        norm1 = Norm(inputs);
        conv1 = Conv2d(inputs, outputs, 3, padding: 1);
        time = Linear(embedding, outputs);
        norm2 = Norm(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1);
        skip = inputs == outputs ? null : Conv2d(inputs, outputs, 1);
        RegisterComponents();
        foreach (var parameter in conv2.parameters()) init.zeros_(parameter);
    }

    /// <summary>TorchSharp 0.107.0 leaves the memory of a new GroupNorm's weight and bias as it finds it.</summary>
    public static GroupNorm Norm(int channels)
    {
        var norm = GroupNorm(Math.Min(8, channels / 4), channels);
        init.ones_(norm.weight!);
        init.zeros_(norm.bias!);
        return norm;
    }

    public Tensor Of(Tensor x, Tensor told)
    {
        var h = conv1.call(functional.silu(norm1.call(x)));
        h += time.call(told).unsqueeze(2).unsqueeze(3);
        h = conv2.call(functional.silu(norm2.call(h)));
        return h + (skip?.call(x) ?? x);
    }
}
