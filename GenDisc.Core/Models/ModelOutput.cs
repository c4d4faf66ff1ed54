using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What one pass over a batch leaves for losses and figures. Parts that a model lacks are null.</summary>
public sealed record ModelOutput
{
    /// <summary>Main path's last representation.</summary>
    public required Tensor Representation { get; init; }

    /// <summary>`[batch, classes]`</summary>
    public Tensor? Logits { get; init; }

    /// <summary>`[batch, targets]`</summary>
    public Tensor? Prediction { get; init; }

    /// <summary>Mean of q(z|x), `[batch, latent]`; an autoencoder's latent vector.</summary>
    public Tensor? LatentMean { get; init; }

    /// <summary>Log-variance of q(z|x), `[batch, latent]`; null for an autoencoder.</summary>
    public Tensor? LatentLogVariance { get; init; }

    /// <summary>Parameters of p(x|z) for one z drawn from q(z|x), in the shape of the data.</summary>
    public Tensor? Decoded { get; init; }

    public Likelihood? Likelihood { get; init; }
}
