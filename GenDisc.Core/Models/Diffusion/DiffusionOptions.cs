using GenDisc.Core.Models.Diffusion.Sampling;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>What a diffusion model is about, its network aside.</summary>
/// <param name="Shape">Of one example, in the shape that the network reads.</param>
/// <param name="Target">What the network predicts.</param>
/// <param name="Classes">0: the class is never told.</param>
/// <param name="UnitInterval">Whether examples lie in [0, 1]: they are then brought to [−1, 1], and estimates are kept there.</param>
/// <param name="Sampler">How examples are drawn unless something else is asked for.</param>
/// <param name="Guidance">
/// w in ε(∅) + w (ε(y) − ε(∅)) (Ho and Salimans 2021, with w = 1 + their w) where the class is told: 0 leaves it aside, 1 follows
/// the conditional model.
/// </param>
/// <param name="LabelDropout">Share of training examples whose class is not told, so that both models are learnt.</param>
public sealed record DiffusionOptions(
    IReadOnlyList<long> Shape,
    DiffusionTarget Target,
    int Classes,
    bool UnitInterval,
    DiffusionSampler Sampler,
    double Guidance = 1,
    double LabelDropout = 0.1);
