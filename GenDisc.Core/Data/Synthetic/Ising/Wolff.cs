using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>
/// Flips of whole clusters (Wolff 1989): from a random site, equal neighbours join with probability 1 − exp(−2J/T) for
/// each bond. Without a field only, and for J &gt; 0.
/// </summary>
public sealed class Wolff : IsingMove
{
    private readonly ulong _threshold;
    private readonly int[] _stack;

    /// <exception cref="UserError">The options are out of range, J is not above 0 or there is a field.</exception>
    public Wolff(IsingOptions options)
    {
        options.Check();
        if (!Fits(options))
            throw new UserError($"{options.Name}: Wolff's clusters need a coupling above 0 and no field. Use Metropolis.");
        _threshold = (ulong)((1 - Math.Exp(-2 * options.Coupling / options.Temperature)) * (1UL << 53));
        _stack = new int[options.Sites];
    }

    /// <summary>Of a sweep, at least 1; constant while draws are taken, as a number that depended on the state would bias them.</summary>
    public int Clusters { get; private set; } = 1;

    /// <summary>Whether clusters sample this model.</summary>
    public static bool Fits(IsingOptions options) => options is { Coupling: > 0, Field: 0 };

    public override void Sweep(IsingLattice lattice, RandomStream stream)
    {
        for (var i = 0; i < Clusters; i++) Step(lattice, stream);
    }

    /// <summary>Flips one cluster.</summary>
    /// <returns>Its spins, 1 to N.</returns>
    public int Step(IsingLattice lattice, RandomStream stream)
    {
        var spins = lattice.Spins;
        var first = (int)Math.BigMul(stream.NextUInt64(), (ulong)spins.Length, out _);
        var spin = spins[first];
        spins[first] = (sbyte)-spin;
        _stack[0] = first;
        var (open, size) = (1, 1);
        while (open > 0)
        {
            // A flipped site is in the cluster, so each bond to a spin outside is tried once.
            foreach (var neighbour in lattice.Neighbours(_stack[--open]))
            {
                if (spins[neighbour] != spin || stream.NextUInt64() >> 11 >= _threshold) continue;
                spins[neighbour] = (sbyte)-spin;
                _stack[open++] = neighbour;
                size++;
            }
        }

        return size;
    }

    /// <summary>Sets <see cref="Clusters"/> so that a sweep flips about N spins, moving the lattice on meanwhile.</summary>
    internal void Tune(IsingLattice lattice, RandomStream stream)
    {
        const int Rounds = 5, Sweeps = 32;
        for (var round = 0; round < Rounds; round++)
        {
            long flipped = 0;
            for (var i = 0; i < Sweeps * Clusters; i++) flipped += Step(lattice, stream);
            Clusters = (int)Math.Clamp((long)Sweeps * Clusters * lattice.Spins.Length / flipped, 1, lattice.Spins.Length);
        }
    }
}
