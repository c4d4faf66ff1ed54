namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>How classes are told apart by a diffusion model.</summary>
/// <param name="Fewest">Draws (t, ε) of an example before a class may be dropped, at least 2.</param>
/// <param name="Most">Draws of an example in all.</param>
/// <param name="Round">Draws between looks at what can be dropped.</param>
/// <param name="Level">
/// A class is dropped where a two-sided paired t-test against the best has a p-value below this; 0: none ever is. Clark and Jaini
/// (2023, §4) take 2·10⁻³.
/// </param>
/// <param name="Weighting">Of noise levels.</param>
/// <param name="Rows">Noisy examples, once for each class, that the denoiser sees at a time.</param>
public sealed record DiffusionClassifierOptions(
    int Fewest = 6,
    int Most = 48,
    int Round = 2,
    double Level = 0.02,
    ClassWeighting Weighting = ClassWeighting.Signal,
    int Rows = 256);
