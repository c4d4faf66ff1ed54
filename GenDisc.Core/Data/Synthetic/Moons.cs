using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Two interleaved half circles in the plane (as scikit-learn's make_moons): upper (cos t, sin t), lower
/// (1 - cos t, 1/2 - sin t), t uniform in [0, pi], plus normal noise. Classes alternate.
/// </summary>
public static class Moons
{
    public const int TrainCount = 4_000;
    public const int TestCount = 1_000;

    /// <summary>Standard deviation of the noise on each coordinate.</summary>
    public const double Noise = 0.1;

    public static ImmutableArray<string> ClassNames { get; } = ["upper", "lower"];

    public static LoadedData Load() => Generated.Load(Draw("train", TrainCount), Draw("test", TestCount));

    private static Dataset Draw(string part, int count)
    {
        var stream = new RandomStream(Generated.Seed, $"moons/{part}");
        var values = new float[2 * count];
        var labels = new int[count];
        for (var i = 0; i < count; i++)
        {
            var (sin, cos) = Math.SinCos(stream.Uniform(0, Math.PI));
            var lower = i % 2 == 1;
            labels[i] = lower ? 1 : 0;
            values[2 * i] = (float)((lower ? 1 - cos : cos) + (Noise * stream.NextGaussian()));
            values[(2 * i) + 1] = (float)((lower ? 0.5 - sin : sin) + (Noise * stream.NextGaussian()));
        }

        return Dataset.OfValues("moons", [2], values, labels, ClassNames);
    }
}
