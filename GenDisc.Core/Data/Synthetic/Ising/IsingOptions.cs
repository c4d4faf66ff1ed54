using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>
/// Ising's model on a square lattice with periodic edges: H = −J Σ_⟨ij⟩ s_i s_j − h Σ_i s_i with spins ±1 (Ising 1925), at
/// temperature T with Boltzmann's constant 1. Each site has a bond to its right and one to its lower neighbour, so there
/// are 2 L² bonds; at L = 2 two neighbours share two.
/// </summary>
/// <param name="Size">L, sites a side, 2 to 256.</param>
/// <param name="Temperature">T, above 0.</param>
/// <param name="Coupling">J; negative: neighbours prefer to differ.</param>
/// <param name="Field">h; positive: spins prefer to be up.</param>
public sealed record IsingOptions(int Size, double Temperature, double Coupling = 1, double Field = 0)
{
    public const int MostSize = 256;

    /// <summary>N = L².</summary>
    public int Sites => Size * Size;

    /// <summary>`ising L=8 T=2.27`, with J and h where they are not 1 and 0.</summary>
    public string Name
    {
        get
        {
            var j = Coupling == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" J={Coupling}");
            var h = Field == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" h={Field}");
            return string.Create(CultureInfo.InvariantCulture, $"ising L={Size} T={Temperature}{j}{h}");
        }
    }

    /// <exception cref="UserError">A number is out of range.</exception>
    public void Check()
    {
        if (Size is < 2 or > MostSize) throw new UserError($"ising: the lattice has {Size} sites a side, but must have 2 to {MostSize}.");
        if (!(Temperature is > 0 and < double.PositiveInfinity))
            throw new UserError(FormattableString.Invariant($"ising: the temperature is {Temperature}, but it must be a number above 0."));
        Generated.CheckFinite("ising", "the coupling", Coupling);
        Generated.CheckFinite("ising", "the field", Field);
        if (!double.IsFinite(((8 * Math.Abs(Coupling)) + (2 * Math.Abs(Field))) * Sites / Temperature))
            throw new UserError($"{Name}: an energy over the temperature is more than a double holds. Choose a higher temperature.");
    }
}
