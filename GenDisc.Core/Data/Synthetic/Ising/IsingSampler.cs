using GenDisc.Core.Evaluation.Physics;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>Draws configurations of Ising's model that are nearly independent.</summary>
public static class IsingSampler
{
    /// <summary>Sweeps thrown away before the first draw, at least.</summary>
    private const int LeastBurnIn = 1024;

    /// <summary>Sweeps of one round of the burn-in, at most; where these are too few autocorrelation times, the sampler gives up.</summary>
    private const int MostBurnIn = 1 << 17;

    /// <summary>Spins that one round moves, at most: half a minute.</summary>
    private const long MostMoves = 1L << 31;

    /// <summary>Autocorrelation times that the burn-in spans, so that the time measured in it can be trusted.</summary>
    private const int BurnInTimes = 100;

    /// <summary>Autocorrelation times between draws: what is left of an exponential correlation is e⁻³, 5 %.</summary>
    private const int ThinningTimes = 3;

    /// <summary>
    /// Starts in a ground state, sweeps until the burn-in spans 100 of the integrated autocorrelation times measured in it
    /// and then keeps a configuration every three times. Without a field each draw is turned over as a whole by a coin, an
    /// exact symmetry, so that the sign of M does not depend on how fast the sampler crosses between the two orders.
    /// </summary>
    /// <param name="options">Of the model.</param>
    /// <param name="count">Draws, at least 1.</param>
    /// <param name="stream">Draws.</param>
    /// <param name="algorithm">To use.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserError">
    /// The options are out of range, the algorithm does not fit them, the draws are too many for memory, or the model moves
    /// too slowly to be drawn from.
    /// </exception>
    /// <exception cref="OperationCanceledException"/>
    public static IsingDraws Sample(
        IsingOptions options,
        int count,
        RandomStream stream,
        IsingAlgorithm algorithm = IsingAlgorithm.Automatic,
        CancellationToken cancel = default)
    {
        options.Check();
        if (count < 1) throw new UserError($"{options.Name}: {count} draws were asked for; take at least 1.");
        if ((long)count * options.Sites > Array.MaxLength)
            throw new UserError($"{options.Name}: {count} draws of {options.Sites} spins are more than an array holds. Take fewer.");
        if (algorithm == IsingAlgorithm.Automatic)
            algorithm = Wolff.Fits(options) ? IsingAlgorithm.Wolff : IsingAlgorithm.Metropolis;

        var lattice = IsingLattice.GroundState(options);
        var move = MoveOf(algorithm, lattice, stream);
        var (burnIn, tau) = Equilibrate(lattice, move, stream, cancel);
        var draws = new IsingDraws(
            options,
            algorithm,
            new sbyte[count * options.Sites],
            new double[count],
            new double[count],
            burnIn,
            (int)Math.Ceiling(ThinningTimes * tau),
            tau);
        for (var draw = 0; draw < count; draw++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var sweep = 0; sweep < draws.Thinning; sweep++) move.Sweep(lattice, stream);
            if (options.Field == 0 && stream.NextUInt64() >> 63 == 0) TurnOver(lattice.Spins);
            lattice.Spins.CopyTo(draws.Spins.AsSpan(draw * options.Sites));
            draws.Energies[draw] = lattice.Energy;
            draws.Magnetisations[draw] = lattice.Magnetisation;
        }

        return draws;
    }

    private static IsingMove MoveOf(IsingAlgorithm algorithm, IsingLattice lattice, RandomStream stream)
    {
        if (algorithm == IsingAlgorithm.Metropolis) return new Metropolis(lattice.Options);
        var wolff = new Wolff(lattice.Options);
        wolff.Tune(lattice, stream);
        return wolff;
    }

    /// <summary>Rounds of doubling length, each measured by itself, until one is long enough.</summary>
    private static (int BurnIn, double Tau) Equilibrate(
        IsingLattice lattice, IsingMove move, RandomStream stream, CancellationToken cancel)
    {
        var burnIn = 0;
        for (var length = LeastBurnIn; length <= MostBurnIn && length * (long)lattice.Options.Sites <= MostMoves; length *= 2)
        {
            var energies = new double[length];
            var magnetisations = new double[length];
            for (var sweep = 0; sweep < length; sweep++)
            {
                cancel.ThrowIfCancellationRequested();
                move.Sweep(lattice, stream);
                energies[sweep] = lattice.Energy;
                magnetisations[sweep] = Math.Abs(lattice.Magnetisation);
            }

            burnIn += length;
            var tau = Math.Max(AutocorrelationTime.Of(energies), AutocorrelationTime.Of(magnetisations));
            if (BurnInTimes * tau <= length) return (burnIn, tau);
        }

        throw new UserError(
            $"{lattice.Options.Name}: configurations are still correlated after {burnIn} sweeps. Choose a smaller lattice, "
            + "a temperature farther from the critical one, or a coupling above 0 without a field, where clusters are moved.");
    }

    private static void TurnOver(sbyte[] spins)
    {
        for (var i = 0; i < spins.Length; i++) spins[i] = (sbyte)-spins[i];
    }
}
