using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Two interleaved half circles in the plane (as scikit-learn's make_moons): upper (cos t, sin t), lower
/// (1 - cos t, 1/2 - sin t), t uniform in [0, pi], plus normal noise. Classes alternate.
/// </summary>
public static class Moons
{
    public const int TrainCount = Planar.TrainCount;
    public const int TestCount = Planar.TestCount;

    /// <summary>Standard deviation of the noise on each coordinate, by default.</summary>
    public const double Noise = 0.1;

    public static ImmutableArray<string> ClassNames { get; } = ["upper", "lower"];

    /// <param name="noise">Standard deviation on each coordinate, at least 0; null: <see cref="Noise"/>.</param>
    /// <exception cref="UserError">The noise is negative or not finite.</exception>
    public static LoadedData Load(double? noise = null) => Planar.Load("moons", ClassNames, Noise, noise, Place);

    private static (double X, double Y) Place(RandomStream stream, int label)
    {
        var (sin, cos) = Math.SinCos(stream.Uniform(0, Math.PI));
        return label == 1 ? (1 - cos, 0.5 - sin) : (cos, sin);
    }
}
