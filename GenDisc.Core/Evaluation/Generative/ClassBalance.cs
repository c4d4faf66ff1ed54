namespace GenDisc.Core.Evaluation.Generative;

/// <summary>
/// Whether generated and real examples are told as the classes equally often: Pearson's χ² test of homogeneity. Classes that
/// neither has are left aside.
/// </summary>
/// <param name="Statistic">χ²; 0 where there is one class at most.</param>
/// <param name="Freedom">Classes that either has, less one.</param>
/// <param name="PValue">Chance of a value as large where both come from one distribution; 1 without freedom.</param>
public sealed record ClassBalance(double Statistic, int Freedom, double PValue)
{
    /// <param name="generated">Examples of each class.</param>
    /// <param name="real">Examples of each class, as many classes.</param>
    /// <exception cref="ArgumentException">The classes are not as many, a count is below 0, or a side has no example.</exception>
    public static ClassBalance Of(IReadOnlyList<int> generated, IReadOnlyList<int> real)
    {
        if (generated.Count != real.Count) throw new ArgumentException("both sides have the same classes", nameof(real));
        if (generated.Any(n => n < 0) || real.Any(n => n < 0))
            throw new ArgumentException("counts are at least 0", nameof(generated));
        double mine = generated.Sum(n => (long)n), its = real.Sum(n => (long)n), statistic = 0;
        if (mine == 0 || its == 0) throw new ArgumentException("either side has an example", nameof(generated));
        var used = 0;
        for (var i = 0; i < generated.Count; i++)
        {
            double both = generated[i] + (double)real[i];
            if (both == 0) continue;
            used++;
            var (expected, other) = (both * mine / (mine + its), both * its / (mine + its));
            statistic += Square(generated[i] - expected) / expected;
            statistic += Square(real[i] - other) / other;
        }

        var freedom = Math.Max(0, used - 1);
        return new ClassBalance(statistic, freedom, freedom == 0 ? 1 : ChiSquare.Survival(statistic, freedom));
    }

    private static double Square(double x) => x * x;
}
