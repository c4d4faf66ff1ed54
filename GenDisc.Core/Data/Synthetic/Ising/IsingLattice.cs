namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>Spins of ±1 on the lattice of <see cref="IsingOptions"/>, row after row.</summary>
public sealed class IsingLattice
{
    private readonly int[] _neighbours;

    /// <summary>All spins up.</summary>
    /// <exception cref="Runtime.UserError">The options are out of range.</exception>
    public IsingLattice(IsingOptions options)
    {
        options.Check();
        Options = options;
        Spins = new sbyte[options.Sites];
        Array.Fill(Spins, (sbyte)1);
        _neighbours = new int[4 * options.Sites];
        var size = options.Size;
        for (var site = 0; site < options.Sites; site++)
        {
            var (row, column) = Math.DivRem(site, size);
            _neighbours[4 * site] = (row * size) + ((column + 1) % size);
            _neighbours[(4 * site) + 1] = (((row + 1) % size) * size) + column;
            _neighbours[(4 * site) + 2] = (row * size) + ((column + size - 1) % size);
            _neighbours[(4 * site) + 3] = (((row + size - 1) % size) * size) + column;
        }
    }

    public IsingOptions Options { get; }

    /// <summary>±1, `[sites]`; may be set.</summary>
    public sbyte[] Spins { get; }

    /// <summary>Right, lower, left and upper neighbour of a site, each the other end of one bond.</summary>
    public ReadOnlySpan<int> Neighbours(int site) => _neighbours.AsSpan(4 * site, 4);

    /// <summary>Σ of the spins at the other ends of a site's bonds: −4, −2, 0, 2 or 4.</summary>
    public int NeighbourSum(int site)
    {
        var four = Neighbours(site);
        return Spins[four[0]] + Spins[four[1]] + Spins[four[2]] + Spins[four[3]];
    }

    /// <summary>H of all sites together.</summary>
    public double Energy => EnergyOf(Spins, Options);

    /// <summary>Σ s_i, from −N to N.</summary>
    public int Magnetisation => MagnetisationOf(Spins);

    /// <summary>
    /// A state of least energy among all up, all down and alternating: the ground state but for odd sides with J &lt; 0,
    /// where no alternating state closes. From order, equilibrium comes fast at any temperature; from disorder, stripes
    /// may last.
    /// </summary>
    /// <exception cref="Runtime.UserError">The options are out of range.</exception>
    public static IsingLattice GroundState(IsingOptions options)
    {
        var lattice = new IsingLattice(options);
        if (options.Field < 0) Array.Fill(lattice.Spins, (sbyte)-1);
        var alternating = new sbyte[options.Sites];
        for (var site = 0; site < alternating.Length; site++)
            alternating[site] = (sbyte)(((site / options.Size) + (site % options.Size)) % 2 == 0 ? 1 : -1);
        if (EnergyOf(alternating, options) < lattice.Energy) alternating.CopyTo(lattice.Spins.AsSpan());
        return lattice;
    }

    /// <summary>H of a state.</summary>
    /// <param name="spins">±1, `[sites]`</param>
    public static double EnergyOf(ReadOnlySpan<sbyte> spins, IsingOptions options) =>
        (-options.Coupling * BondSum(spins, options.Size)) - (options.Field * MagnetisationOf(spins));

    /// <summary>Σ_⟨ij⟩ s_i s_j over the 2 N bonds.</summary>
    /// <param name="spins">±1, `[sites]`</param>
    /// <param name="size">L.</param>
    public static int BondSum(ReadOnlySpan<sbyte> spins, int size)
    {
        var sum = 0;
        for (var row = 0; row < size; row++)
        {
            var here = spins.Slice(row * size, size);
            var below = spins.Slice((row + 1) % size * size, size);
            var right = here[0];
            for (var column = size - 1; column >= 0; column--)
            {
                sum += here[column] * (right + below[column]);
                right = here[column];
            }
        }

        return sum;
    }

    /// <summary>Σ s_i.</summary>
    public static int MagnetisationOf(ReadOnlySpan<sbyte> spins)
    {
        var sum = 0;
        foreach (var spin in spins) sum += spin;
        return sum;
    }
}
