namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>How configurations are drawn.</summary>
public enum IsingAlgorithm
{
    /// <summary><see cref="Wolff"/> where it applies, else <see cref="Metropolis"/>.</summary>
    Automatic,

    /// <summary>Single spins; for any J and h.</summary>
    Metropolis,

    /// <summary>Clusters of spins, fast near the critical temperature; for J &gt; 0 and h = 0.</summary>
    Wolff,
}
