namespace GenDisc.Core.Models.Diffusion;

/// <summary>What a denoising network predicts.</summary>
public enum DiffusionTarget
{
    /// <summary>ε (Ho et al. 2020).</summary>
    Noise,

    /// <summary>x₀.</summary>
    Data,

    /// <summary>v = √ᾱ ε − √(1 − ᾱ) x₀ (Salimans and Ho 2022, appendix D).</summary>
    Velocity,
}
