using System.Collections.Immutable;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>An upper bound on −log p(x): nats per example, means over examples.</summary>
/// <param name="Examples">That the figures are means over.</param>
/// <param name="Looks">Of the denoiser at each example.</param>
/// <param name="Dimensions">Numbers of an example.</param>
/// <param name="Nats">The bound: the sum of the three parts, in the units of the data where these are not discrete.</param>
/// <param name="Error">Standard error of <see cref="Nats"/>: chance in examples, steps and noise; NaN of one example.</param>
/// <param name="Prior">L_T, how far the end of the noising is from N(0, I).</param>
/// <param name="Denoising">Σ L_{t−1} over t = 2 … T.</param>
/// <param name="Decoder">L_0, with the logarithm of the data's scale where they are not discrete.</param>
/// <param name="Levels">What parts of the denoising add, from little noise to much; about equal parts of unit-variance data.</param>
public sealed record DiffusionBound(
    int Examples,
    int Looks,
    int Dimensions,
    double Nats,
    double Error,
    double Prior,
    double Denoising,
    double Decoder,
    ImmutableArray<BoundLevel> Levels)
{
    /// <summary>The bound in bits for each number of an example.</summary>
    public double BitsPerDimension => Nats / (Dimensions * Math.Log(2));

    /// <summary>Standard error of <see cref="BitsPerDimension"/>.</summary>
    public double BitsError => Error / (Dimensions * Math.Log(2));
}
