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

    /// <summary>`[batch, …]` to `[batch, shape…]`.</summary>
    public static Pure Reshape(IReadOnlyList<long> shape)
    {
        long[] whole = [-1, .. shape];
        return new("reshape", x => x.reshape(whole));
    }
}
