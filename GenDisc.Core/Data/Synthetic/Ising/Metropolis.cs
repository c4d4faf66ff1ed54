using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>
/// Flips of single spins, accepted with probability min(1, exp(−ΔH/T)) (Metropolis et al. 1953), at random sites.
/// </summary>
public sealed class Metropolis : IsingMove
{
    private readonly double[] _acceptance = new double[10];

    /// <exception cref="UserError">The options are out of range.</exception>
    public Metropolis(IsingOptions options)
    {
        options.Check();
        for (var spin = -1; spin <= 1; spin += 2)
        {
            for (var sum = -4; sum <= 4; sum += 2)
            {
                var change = 2 * spin * ((options.Coupling * sum) + options.Field);
                _acceptance[Place(spin, sum)] = change <= 0 ? 1 : Math.Exp(-change / options.Temperature);
            }
        }
    }

    /// <summary>Probability to accept the flip of a spin.</summary>
    /// <param name="spin">Before: −1 or 1.</param>
    /// <param name="neighbourSum">Of its four neighbours: −4, −2, 0, 2 or 4.</param>
    public double Acceptance(int spin, int neighbourSum) => _acceptance[Place(spin, neighbourSum)];

    /// <summary>
    /// N proposals and, by a coin, one more: where nearly all are accepted, a fixed number would conserve whether the
    /// spins that are up are even in number.
    /// </summary>
    public override void Sweep(IsingLattice lattice, RandomStream stream)
    {
        var spins = lattice.Spins;
        var sites = (ulong)spins.Length;
        var proposals = spins.Length + (int)(stream.NextUInt64() >> 63);
        for (var i = 0; i < proposals; i++)
        {
            var site = (int)Math.BigMul(stream.NextUInt64(), sites, out _);
            var spin = spins[site];
            var acceptance = _acceptance[Place(spin, lattice.NeighbourSum(site))];
            if (acceptance >= 1 || stream.NextDouble() < acceptance) spins[site] = (sbyte)-spin;
        }
    }

    private static int Place(int spin, int neighbourSum) => ((spin + 1) / 2 * 5) + ((neighbourSum + 4) / 2);
}
