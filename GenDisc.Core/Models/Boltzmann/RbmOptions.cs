namespace GenDisc.Core.Models.Boltzmann;

/// <summary>What the visible units of a machine hold.</summary>
public enum VisibleKind
{
    /// <summary>0 or 1; grey values in [0, 1] count as probabilities.</summary>
    Bernoulli,

    /// <summary>Real numbers.</summary>
    Gaussian,
}

/// <summary>Sizes and kind of a restricted Boltzmann machine.</summary>
/// <param name="Visible">At least 1.</param>
/// <param name="Hidden">At least 1; all are 0 or 1.</param>
/// <param name="Kind">Of the visible units.</param>
/// <param name="Classes">Units of which one is on, joined to the hidden ones; 0 for none.</param>
/// <param name="LearnsVariance">Whether Gaussian variances are learned, or stay at 1.</param>
/// <param name="Kernels">Whether hand-written kernels may be used.</param>
public sealed record RbmOptions(
    int Visible,
    int Hidden,
    VisibleKind Kind = VisibleKind.Bernoulli,
    int Classes = 0,
    bool LearnsVariance = true,
    bool Kernels = true);
