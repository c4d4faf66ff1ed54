using System.Numerics;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>Exact values of small lattices by summing over all their states.</summary>
public static class IsingExact
{
    /// <summary>Largest side: 2¹⁶ states.</summary>
    public const int MostSize = 4;

    /// <param name="options">Of a lattice of at most <see cref="MostSize"/> sites a side.</param>
    /// <exception cref="UserError">The options are out of range, or the lattice is too large.</exception>
    public static IsingThermodynamics Of(IsingOptions options)
    {
        var counts = CountStates(options);
        var n = options.Sites;
        var lowest = double.PositiveInfinity;
        ForEach(counts, options, (energy, _, _) => lowest = Math.Min(lowest, energy));

        double z = 0, energy = 0, m = 0, absolute = 0, squared = 0;
        ForEach(counts, options, (e, magnetisation, states) =>
        {
            var weight = states * Math.Exp((lowest - e) / options.Temperature);
            z += weight;
            energy += weight * (e - lowest);
            m += weight * magnetisation;
            absolute += weight * Math.Abs(magnetisation);
            squared += weight * magnetisation * magnetisation;
        });
        var mean = energy / z;

        // A second pass: deviations from the mean lose no digits, and the entropy is a sum of its own.
        double variance = 0, entropy = 0;
        ForEach(counts, options, (e, _, states) =>
        {
            var p = Math.Exp((lowest - e) / options.Temperature) / z;
            variance += states * p * (e - lowest - mean) * (e - lowest - mean);
            if (p > 0) entropy -= states * p * Math.Log(p);
        });
        return new IsingThermodynamics(
            options,
            Math.Log(z) - (lowest / options.Temperature),
            mean + lowest,
            entropy,
            variance,
            m / z,
            absolute / z,
            squared / z);
    }

    /// <summary>Numbers of states by Σ_⟨ij⟩ s_i s_j, from −2N, and Σ s_i, from −N: `[4N + 1, 2N + 1]`.</summary>
    /// <exception cref="UserError">The options are out of range, or the lattice is too large.</exception>
    public static int[,] CountStates(IsingOptions options)
    {
        options.Check();
        if (options.Size > MostSize)
            throw new UserError($"{options.Name}: states are summed over for at most {MostSize} sites a side. Sample a lattice of this size.");
        var lattice = new IsingLattice(options);
        var n = options.Sites;
        var counts = new int[(4 * n) + 1, (2 * n) + 1];
        var (bonds, m) = (2 * n, n);
        counts[bonds + (2 * n), m + n]++;
        // By Gray's code: each state is the last one but for one spin.
        for (var state = 1u; state < 1u << n; state++)
        {
            var site = BitOperations.TrailingZeroCount(state);
            var spin = lattice.Spins[site];
            bonds -= 2 * spin * lattice.NeighbourSum(site);
            m -= 2 * spin;
            lattice.Spins[site] = (sbyte)-spin;
            counts[bonds + (2 * n), m + n]++;
        }

        return counts;
    }

    private static void ForEach(int[,] counts, IsingOptions options, Action<double, int, int> visit)
    {
        var n = options.Sites;
        for (var bonds = -2 * n; bonds <= 2 * n; bonds++)
        {
            for (var m = -n; m <= n; m++)
            {
                var states = counts[bonds + (2 * n), m + n];
                if (states > 0) visit((-options.Coupling * bonds) - (options.Field * m), m, states);
            }
        }
    }
}
