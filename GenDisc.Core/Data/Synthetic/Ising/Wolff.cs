using System.Runtime.CompilerServices;
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
        _stack = new int[options.Sites + 1];
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Step(IsingLattice lattice, RandomStream stream)
    {
        var (spins, stack) = (lattice.Spins, _stack);
        var first = (int)Math.BigMul(stream.NextUInt64(), (ulong)spins.Length, out _);
        int spin = spins[first];
        spins[first] = (sbyte)-spin;
        stack[0] = first;
        var (open, size) = (1, 0);
        while (open > 0)
        {
            size++;
            // A flipped spin is in the cluster, so each bond to one outside is tried once. Without branches, as a processor
            // would guess half of them wrongly.
            foreach (var neighbour in lattice.Neighbours(stack[--open]))
            {
                int other = spins[neighbour];
                var equal = (other ^ spin) >> 1; // 0 or −1 of ±1
                var drawn = (int)(((stream.NextUInt64() >> 11) - _threshold) >> 63); // 1 where less
                var joins = drawn & ~equal;
                spins[neighbour] = (sbyte)(other * (1 - (2 * joins)));
                stack[open] = neighbour;
                open += joins;
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
