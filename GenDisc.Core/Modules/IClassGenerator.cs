using static TorchSharp.torch;

namespace GenDisc.Core.Modules;

/// <summary>p(x|z, y) with z ~ N(0, I): what draws examples of a class that is asked for.</summary>
internal interface IClassGenerator
{
    /// <summary>Size of z.</summary>
    int Latent { get; }

    /// <summary>Mean of q(z|x, y): `[n, latent]`.</summary>
    /// <param name="representation">What it reads of x, `[n, …]`.</param>
    /// <param name="labels">int64 `[n]`, in [0, classes).</param>
    Tensor LatentMean(Tensor representation, Tensor labels);

    /// <summary>E[x|z, y], in the shape of what it models.</summary>
    /// <param name="latent">`[n, latent]`</param>
    /// <param name="labels">int64 `[n]`, in [0, classes).</param>
    Tensor Mean(Tensor latent, Tensor labels);
}
