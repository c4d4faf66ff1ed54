using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Normalising layers of libtorch with their usual initial values (scale 1, shift 0).</summary>
public static class Normalisation
{
    /// <summary>Per channel of `[batch, c, h, w]`, or per feature of `[batch, n]` (Ioffe and Szegedy 2015).</summary>
    public static Module<Tensor, Tensor> Batch(int features, bool images) =>
        images ? BatchNorm2d(features) : BatchNorm1d(features);

    /// <summary>
    /// Per feature of `[batch, steps, features]`, over the steps of all sequences. Where lengths vary, padding has no
    /// part in the statistics and comes out as 0.
    /// </summary>
    public static Module<Tensor, Tensor> BatchSequence(int features, SequenceLengths? lengths = null) =>
        new StepNormalisation(features, lengths);

    /// <summary>
    /// Over all values of an example (Ba et al. 2016); of a sequence `[batch, steps, features]` over the features of each
    /// step, with <paramref name="shape"/> `[features]`.
    /// </summary>
    public static Module<Tensor, Tensor> Layer(IReadOnlyList<long> shape) => LayerNorm([.. shape]);
}
