using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Physics;

/// <summary>How chains of a machine are run.</summary>
/// <param name="Chains">Independent, at least 1; from 16 on, errors come from the chains' own means.</param>
/// <param name="Draws">Of each chain, at least 1.</param>
/// <param name="BurnIn">Sweeps before, at least 0.</param>
/// <param name="Thinning">Sweeps from one draw to the next, at least 1.</param>
/// <param name="Beta">Inverse temperature that the machine runs at, above 0; it was trained at 1.</param>
public sealed record MachineSampling(int Chains = 256, int Draws = 50, int BurnIn = 1_000, int Thinning = 10, double Beta = 1)
{
    /// <exception cref="UserError">A number is out of range.</exception>
    public void Check()
    {
        Least("chains", Chains, 1);
        Least("draws", Draws, 1);
        Least("sweeps before the first draw", BurnIn, 0);
        Least("sweeps between draws", Thinning, 1);
        if ((long)Chains * Draws > Array.MaxLength)
            throw new UserError($"sampling: {Chains} chains of {Draws} draws are more than an array holds. Take fewer.");
        if (!(Beta is > 0 and < double.PositiveInfinity))
            throw new UserError(FormattableString.Invariant($"sampling: the inverse temperature is {Beta}, but it must be a number above 0."));
    }

    private static void Least(string what, int value, int least)
    {
        if (value < least) throw new UserError($"sampling: the number of {what} is {value}, but it must be at least {least}.");
    }
}
