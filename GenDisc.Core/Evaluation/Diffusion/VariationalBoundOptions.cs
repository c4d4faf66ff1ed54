namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>How a variational bound is estimated.</summary>
/// <param name="Draws">Steps t that each example is looked at, besides the first; at least 1.</param>
/// <param name="Levels">
/// Discrete values of numbers in [−1, 1] on the denoiser's scale: 256 of 8-bit pixels; 0: the data are continuous.
/// </param>
/// <param name="LogScale">
/// Σ log|scale| over an example where x = scale · x̃ + shift brings it from the denoiser's scale to its own units: −log p in those
/// is larger by so much. Of no meaning to discrete values.
/// </param>
/// <param name="Rows">Noisy examples that the denoiser sees at a time.</param>
public sealed record VariationalBoundOptions(int Draws = 16, int Levels = 0, double LogScale = 0, int Rows = 256);
