namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>Configurations in equilibrium, in the order of drawing.</summary>
/// <param name="Options">Of the model.</param>
/// <param name="Algorithm">That drew them: Metropolis or Wolff.</param>
/// <param name="Spins">±1, `[draws, sites]`.</param>
/// <param name="Energies">E = H, `[draws]`.</param>
/// <param name="Magnetisations">M = Σ s_i, `[draws]`.</param>
/// <param name="BurnIn">Sweeps thrown away before.</param>
/// <param name="Thinning">Sweeps from one draw to the next.</param>
/// <param name="Tau">
/// Measured integrated autocorrelation time, of E or |M|, whichever is longer; sweeps, ½ when sweeps are independent.
/// </param>
public sealed record IsingDraws(
    IsingOptions Options,
    IsingAlgorithm Algorithm,
    sbyte[] Spins,
    double[] Energies,
    double[] Magnetisations,
    int BurnIn,
    int Thinning,
    double Tau)
{
    public int Count => Energies.Length;
}
