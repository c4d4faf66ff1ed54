using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Normalising layers of libtorch with their usual initial values (scale 1, shift 0).</summary>
public static class Normalisation
{
    /// <summary>Per channel of `[batch, c, h, w]`, or per feature of `[batch, n]` (Ioffe and Szegedy 2015).</summary>
    public static Module<Tensor, Tensor> Batch(int features, bool images) =>
        images ? BatchNorm2d(features) : BatchNorm1d(features);

    /// <summary>Over all values of an example (Ba et al. 2016).</summary>
    public static Module<Tensor, Tensor> Layer(IReadOnlyList<long> shape) => LayerNorm([.. shape]);
}
