namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>Exact values of a finite lattice at its temperature, Boltzmann's constant being 1.</summary>
/// <param name="Options">Of the model.</param>
/// <param name="LogZ">log Σ exp(−H/T), nats.</param>
/// <param name="Energy">U = ⟨E⟩ of the whole lattice.</param>
/// <param name="Entropy">S = −Σ p log p of the whole lattice, nats.</param>
/// <param name="EnergyVariance">⟨E²⟩ − ⟨E⟩².</param>
/// <param name="Magnetisation">⟨M⟩ of the whole lattice.</param>
/// <param name="AbsoluteMagnetisation">⟨|M|⟩ of the whole lattice.</param>
/// <param name="SquaredMagnetisation">⟨M²⟩.</param>
public sealed record IsingThermodynamics(
    IsingOptions Options,
    double LogZ,
    double Energy,
    double Entropy,
    double EnergyVariance,
    double Magnetisation,
    double AbsoluteMagnetisation,
    double SquaredMagnetisation)
{
    /// <summary>F = −T log Z = U − TS of the whole lattice.</summary>
    public double FreeEnergy => -Options.Temperature * LogZ;

    /// <summary>e = U/N.</summary>
    public double EnergyPerSpin => Energy / Options.Sites;

    /// <summary>⟨|m|⟩ = ⟨|M|⟩/N.</summary>
    public double MagnetisationPerSpin => AbsoluteMagnetisation / Options.Sites;

    /// <summary>C = (⟨E²⟩ − ⟨E⟩²)/(N T²), per spin.</summary>
    public double SpecificHeat => EnergyVariance / Options.Sites / Options.Temperature / Options.Temperature;

    /// <summary>χ = (⟨M²⟩ − ⟨|M|⟩²)/(N T), per spin.</summary>
    public double Susceptibility =>
        (SquaredMagnetisation - (AbsoluteMagnetisation * AbsoluteMagnetisation)) / Options.Sites / Options.Temperature;
}
