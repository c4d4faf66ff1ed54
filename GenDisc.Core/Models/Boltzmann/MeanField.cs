using static TorchSharp.torch;

namespace GenDisc.Core.Models.Boltzmann;

/// <summary>What mean-field inference came to.</summary>
/// <param name="Mean">μ_j = q(h_j = 1), `[batch, hidden]`, without gradient.</param>
/// <param name="Sweeps">Over the hidden units; 0 where they are independent and the first guess is exact.</param>
/// <param name="Residual">Largest change of a μ_j in the last sweep: above the tolerance where sweeps ran out.</param>
public sealed record MeanField(Tensor Mean, int Sweeps, double Residual);
