using GenDisc.Core.Kernels.Convolutions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Functions that a neighbouring kernel may take over.</summary>
internal enum PureKind
{
    Other,
    Relu,
    MaxPool,
}

/// <summary>A function without parameters as a module: activations, pooling, reshaping.</summary>
public sealed class Pure : Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> function;

    public Pure(string name, Func<Tensor, Tensor> function)
        : this(name, PureKind.Other, function)
    {
    }

    private Pure(string name, PureKind kind, Func<Tensor, Tensor> function)
        : base(name)
    {
        Kind = kind;
        this.function = function;
    }

    internal PureKind Kind { get; }

    public override Tensor forward(Tensor input) => function(input);

    public static Pure Relu() => new("relu", PureKind.Relu, x => functional.relu(x));

    /// <summary>x Φ(x), exact (Hendrycks and Gimpel 2016).</summary>
    public static Pure Gelu() => new("gelu", x => functional.gelu(x));

    public static Pure Sigmoid() => new("sigmoid", x => x.sigmoid());

    public static Pure Tanh() => new("tanh", tanh);

    /// <summary>x σ(x) (Elfwing et al. 2018).</summary>
    public static Pure Silu() => new("silu", x => functional.silu(x));

    /// <summary>2×2 maximum, stride 2; an odd last row or column is dropped.</summary>
    public static Pure MaxPool(bool kernels = true) => new(
        "maxPool",
        PureKind.MaxPool,
        x => kernels && MaxPool2.Fits(x) ? MaxPool2.Apply(x, relu: false) : MaxPool2.Twin(x, relu: false));

    /// <summary>Nearest neighbour to exactly <paramref name="height"/> × <paramref name="width"/>.</summary>
    public static Pure Upsample(int height, int width) =>
        new("upsample", x => functional.interpolate(x, [height, width], mode: InterpolationMode.Nearest));

    /// <summary>
    /// Maximum of two real steps at a time, `[batch, steps, features]` to `[batch, ⌊steps/2⌋, features]`; 0 past the real
    /// ones.
    /// </summary>
    /// <param name="lengths">Real steps of the batch in hand; null: all are.</param>
    public static Pure MaxPool1d(SequenceLengths? lengths = null) => new("maxPool1d", x =>
    {
        using var scope = NewDisposeScope();
        var pairs = x.size(1) / 2;
        var real = lengths?.Padded(x, double.NegativeInfinity) ?? x;
        var (even, odd) = (TensorIndex.Slice(0, 2 * pairs, 2), TensorIndex.Slice(1, 2 * pairs, 2));
        var larger = maximum(real[TensorIndex.Colon, even], real[TensorIndex.Colon, odd]);
        return (lengths?.Padded(larger, 0) ?? larger).MoveToOuterDisposeScope();
    });

    /// <summary>Nearest neighbour from `[batch, …, features]` to exactly <paramref name="steps"/> steps.</summary>
    public static Pure UpsampleSteps(int steps) => new("upsampleSteps", x =>
    {
        using var scope = NewDisposeScope();
        var wide = functional.interpolate(x.transpose(1, 2), [steps], mode: InterpolationMode.Nearest);
        return wide.transpose(1, 2).MoveToOuterDisposeScope();
    });

    /// <summary>The same vector at every step: `[batch, features]` to `[batch, steps, features]`.</summary>
    public static Pure Repeat(int steps) => new("repeat", x =>
    {
        using var step = x.unsqueeze(1);
        return step.expand(-1, steps, -1);
    });

    /// <summary>Mean over an image: `[batch, c, h, w]` to `[batch, c]` (Lin et al. 2014).</summary>
    public static Pure GlobalMean() => new("globalMean", x => x.mean([2, 3]));

    /// <summary>Maximum over an image: `[batch, c, h, w]` to `[batch, c]`.</summary>
    public static Pure GlobalMax() => new("globalMax", x => x.amax([2, 3]));

    /// <summary>`[batch, …]` to `[batch, shape…]`.</summary>
    public static Pure Reshape(IReadOnlyList<long> shape)
    {
        long[] whole = [-1, .. shape];
        return new("reshape", x => x.reshape(whole));
    }
}
