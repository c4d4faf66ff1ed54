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
        var bound = 1 / Math.Sqrt(fanIn);
        var count = shape.Aggregate(1L, (a, b) => a * b);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = (float)stream.Uniform(-bound, bound);
        using var flat = tensor(values);
        return new TorchSharp.Modules.Parameter(flat.reshape(shape));
    }
}
