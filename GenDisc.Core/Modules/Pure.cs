using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>A function without parameters as a module: activations, pooling, reshaping.</summary>
public sealed class Pure(string name, Func<Tensor, Tensor> function) : Module<Tensor, Tensor>(name)
{
    public override Tensor forward(Tensor input) => function(input);

    public static Pure Relu() => new("relu", x => functional.relu(x));

    /// <summary>x Φ(x), exact (Hendrycks and Gimpel 2016).</summary>
    public static Pure Gelu() => new("gelu", x => functional.gelu(x));

    public static Pure Tanh() => new("tanh", tanh);

    /// <summary>x σ(x) (Elfwing et al. 2018).</summary>
    public static Pure Silu() => new("silu", x => functional.silu(x));

    /// <summary>2×2 maximum, stride 2; an odd last row or column is dropped.</summary>
    public static Pure MaxPool() => new("maxPool", x => functional.max_pool2d(x, 2));

    /// <summary>Nearest neighbour to exactly <paramref name="height"/> × <paramref name="width"/>.</summary>
    public static Pure Upsample(int height, int width) =>
        new("upsample", x => functional.interpolate(x, [height, width], mode: InterpolationMode.Nearest));

    /// <summary>`[batch, …]` to `[batch, shape…]`.</summary>
    public static Pure Reshape(IReadOnlyList<long> shape) => new("reshape", x => x.reshape([x.shape[0], .. shape]));
}
