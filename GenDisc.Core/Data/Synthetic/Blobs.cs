using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Four round normal clusters at the corners (±1, ±1) of a square, of 1/2, 3/4, 1 and 3/2 times the noise in standard
/// deviation: at the usual noise the two wide ones overlap. Classes alternate.
/// </summary>
public static class Blobs
{
    public const int TrainCount = Planar.TrainCount;
    public const int TestCount = Planar.TestCount;

    /// <summary>Standard deviation of the third cluster on each coordinate, by default.</summary>
    public const double Noise = 0.5;

    private static readonly double[] Spread = [0.5, 0.75, 1, 1.5];

    /// <summary>By their size.</summary>
    public static ImmutableArray<string> ClassNames { get; } = ["smallest", "small", "large", "largest"];

    /// <param name="noise">Standard deviation of the third cluster, at least 0; null: <see cref="Noise"/>.</param>
    /// <exception cref="UserError">The noise is negative or not finite.</exception>
    public static LoadedData Load(double? noise = null) => Planar.Load("blobs", ClassNames, Noise, noise, Centre, Spread);

    /// <summary>In turn lower left, lower right, upper right, upper left, so that the wide ones are neighbours.</summary>
    private static (double X, double Y) Centre(RandomStream stream, int label) =>
        (label is 1 or 2 ? 1 : -1, label >= 2 ? 1 : -1);
}
