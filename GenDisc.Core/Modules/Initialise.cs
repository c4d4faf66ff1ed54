using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Modules;

/// <summary>Initial values drawn from a named stream, independent of libtorch's global generator.</summary>
internal static class Initialise
{
    /// <summary>
    /// Uniform in ±1/√fanIn for weight and bias: Kaiming uniform with a = √5 (He et al. 2015, eq. 10), as PyTorch's
    /// Linear and Conv2d have it.
    /// </summary>
    public static TorchSharp.Modules.Parameter FanIn(RandomStream stream, int fanIn, params long[] shape)
    {
        using var flat = Uniform(stream, fanIn, shape.Aggregate(1L, (a, b) => a * b));
        return new TorchSharp.Modules.Parameter(flat.reshape(shape));
    }

    /// <summary>The same for a parameter that a module of libtorch made, in place.</summary>
    public static void FanIn(RandomStream stream, int fanIn, TorchSharp.Modules.Parameter parameter)
    {
        using var outside = no_grad();
        using var flat = Uniform(stream, fanIn, parameter.numel());
        using var values = flat.reshape(parameter.shape);
        parameter.copy_(values);
    }

    /// <summary>All parameters of a module to 0, in place.</summary>
    public static void Zero(nn.Module module)
    {
        using var outside = no_grad();
        foreach (var parameter in module.parameters()) parameter.zero_();
    }

    private static Tensor Uniform(RandomStream stream, int fanIn, long count)
    {
        var bound = 1 / Math.Sqrt(fanIn);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = (float)stream.Uniform(-bound, bound);
        return tensor(values);
    }
}
