using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What one pass over a batch leaves for losses and figures. Parts that a model lacks are null.</summary>
public sealed record ModelOutput
{
    private readonly RareParts? rare;

    /// <summary>Main path's last representation.</summary>
    public required Tensor Representation { get; init; }

    /// <summary>`[batch, classes]`</summary>
    public Tensor? Logits { get; init; }

    /// <summary>`[batch, targets]`</summary>
    public Tensor? Prediction { get; init; }

    /// <summary>
    /// Of a model with several predictions for each example, `[members, batch, classes]`: <see cref="Logits"/> are then the
    /// logarithm of the mean of their softmax.
    /// </summary>
    public Tensor? MemberLogits { get; init; }

    /// <summary>As <see cref="MemberLogits"/>, `[members, batch, targets]`: <see cref="Prediction"/> is then their mean.</summary>
    public Tensor? MemberPredictions { get; init; }

    /// <summary>
    /// Parameters of q(z|x): mean and log-variance side by side, `[batch, 2·latent]`; an autoencoder's latent vector,
    /// `[batch, latent]`.
    /// </summary>
    public Tensor? Posterior { get; init; }

    /// <summary>Whether <see cref="Posterior"/> is a distribution (VAE) and not a point (autoencoder).</summary>
    public bool Variational { get; init; }

    /// <summary>Mean of q(z|x), `[batch, latent]`; an autoencoder's latent vector.</summary>
    public Tensor? LatentMean => Half(0);

    /// <summary>Log-variance of q(z|x), `[batch, latent]`; null for an autoencoder.</summary>
    public Tensor? LatentLogVariance => Variational ? Half(1) : null;

    /// <summary>Parameters of p(x|z) for one z drawn from q(z|x), in the shape of the data.</summary>
    public Tensor? Decoded { get; init; }

    public Likelihood? Likelihood { get; init; }

    /// <summary>The examples that <see cref="Decoded"/> is held against; null: all of the batch.</summary>
    public Tensor? Original
    {
        get => rare?.Original;
        init => rare = rare is null && value is null ? null : (rare ?? new RareParts()) with { Original = value };
    }

    /// <summary>
    /// −E_q[log p(x|y, z)] of a model that sums over classes it does not know, `[batch]`, nats, in the graph; the examples
    /// whose class is known come first.
    /// </summary>
    public Tensor? ReconstructionNats
    {
        get => rare?.ReconstructionNats;
        init => rare = rare is null && value is null ? null : (rare ?? new RareParts()) with { ReconstructionNats = value };
    }

    /// <summary>What its prior of class and latents costs, in the order of <see cref="ReconstructionNats"/>, nats.</summary>
    public Tensor? KlNats
    {
        get => rare?.KlNats;
        init => rare = rare is null && value is null ? null : (rare ?? new RareParts()) with { KlNats = value };
    }

    /// <summary>The diffusion model that learns; null where there is none.</summary>
    public DiffusionModel? Diffusion
    {
        get => rare?.Diffusion;
        init => rare = rare is null && value is null ? null : (rare ?? new RareParts()) with { Diffusion = value };
    }

    /// <summary>What <see cref="Diffusion"/> reads, `[batch, …]` in the units of the data or latents.</summary>
    public Tensor? Clean
    {
        get => rare?.Clean;
        init => rare = rare is null && value is null ? null : (rare ?? new RareParts()) with { Clean = value };
    }

    /// <summary>The machine whose turn it is to learn; null where there is none.</summary>
    public EnergyMachine? Machine { get; init; }

    /// <summary>What <see cref="Machine"/> reads, `[batch, visible]`, without gradient.</summary>
    public Tensor? Visible { get; init; }

    /// <summary>
    /// What <see cref="Logits"/> of a machine with classes were computed from, `[batch, hidden]`, in the graph; null unless
    /// it is <see cref="Machine"/> and what it read, <see cref="Visible"/>, depends on nothing that learns.
    /// </summary>
    internal Tensor? HiddenLogits
    {
        get => rare?.HiddenLogits;
        init => rare = rare is null && value is null ? null : (rare ?? new RareParts()) with { HiddenLogits = value };
    }

    /// <summary>What the pass drew from.</summary>
    internal Generator? Noise { get; init; }

    private Tensor? Half(long which)
    {
        if (Posterior is not { } posterior || !Variational) return Posterior;
        var latent = posterior.size(1) / 2;
        return posterior.narrow(1, which * latent, latent);
    }
}
