using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Two circles about the origin (as scikit-learn's make_circles), the outer of radius 1 and the inner of radius 1/2,
/// plus normal noise. Classes alternate.
/// </summary>
public static class Circles
{
    public const int TrainCount = Planar.TrainCount;
    public const int TestCount = Planar.TestCount;

    /// <summary>Standard deviation of the noise on each coordinate, by default.</summary>
    public const double Noise = 0.1;

    public static ImmutableArray<string> ClassNames { get; } = ["outer", "inner"];

    /// <param name="noise">Standard deviation on each coordinate, at least 0; null: <see cref="Noise"/>.</param>
    /// <exception cref="UserError">The noise is negative or not finite.</exception>
    public static LoadedData Load(double? noise = null) => Planar.Load("circles", ClassNames, Noise, noise, Place);

    private static (double X, double Y) Place(RandomStream stream, int label)
    {
        var (sin, cos) = Math.SinCos(stream.Uniform(0, 2 * Math.PI));
        return label == 1 ? (cos / 2, sin / 2) : (cos, sin);
    }
}
