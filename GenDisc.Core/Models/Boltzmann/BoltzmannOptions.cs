namespace GenDisc.Core.Models.Boltzmann;

/// <summary>Sizes of a general Boltzmann machine.</summary>
/// <param name="Visible">At least 1; all are 0 or 1, grey values in [0, 1] count as probabilities.</param>
/// <param name="Hidden">At least 0; all are 0 or 1.</param>
/// <param name="MeanFieldSteps">Most sweeps of mean-field inference over the hidden units, at least 1.</param>
/// <param name="Kernels">Whether hand-written kernels may be used.</param>
public sealed record BoltzmannOptions(int Visible, int Hidden, int MeanFieldSteps = 30, bool Kernels = true);
