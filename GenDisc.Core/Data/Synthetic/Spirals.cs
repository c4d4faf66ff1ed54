using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Three interleaved arms of Archimedes' spiral: arm k is r (cos φ, sin φ) at φ = 2 pi (r + k/3), r uniform in
/// [0.1, 1], plus normal noise. So arms follow one another at a third along any ray. Classes alternate.
/// </summary>
public static class Spirals
{
    public const int TrainCount = Planar.TrainCount;
    public const int TestCount = Planar.TestCount;

    /// <summary>Standard deviation of the noise on each coordinate, by default.</summary>
    public const double Noise = 0.03;

    public static ImmutableArray<string> ClassNames { get; } = ["first", "second", "third"];

    /// <param name="noise">Standard deviation on each coordinate, at least 0; null: <see cref="Noise"/>.</param>
    /// <exception cref="UserError">The noise is negative or not finite.</exception>
    public static LoadedData Load(double? noise = null) => Planar.Load("spirals", ClassNames, Noise, noise, Place);

    private static (double X, double Y) Place(RandomStream stream, int label)
    {
        var r = stream.Uniform(0.1, 1);
        var (sin, cos) = Math.SinCos(2 * Math.PI * (r + (label / 3.0)));
        return (r * cos, r * sin);
    }
}
