using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Regression of ten inputs uniform in [0, 1], of which five matter (Friedman 1991, problem #1):
/// y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + e, e normal, by default of deviation 1. So no model has
/// an expected squared error below 1; the variance of y is about 25.
/// </summary>
public static class Friedman
{
    public const int TrainCount = 4_000;
    public const int TestCount = 1_000;
    public const int Inputs = 10;

    /// <summary>Standard deviation of e, by default.</summary>
    public const double Noise = 1;

    /// <param name="noise">Standard deviation of e, at least 0; null: <see cref="Noise"/>.</param>
    /// <exception cref="UserError">The noise is negative or not finite.</exception>
    public static LoadedData Load(double? noise = null)
    {
        var deviation = noise ?? Noise;
        Generated.CheckNoise("friedman", deviation);
        return Generated.Load(Draw("train", TrainCount, deviation), Draw("test", TestCount, deviation), noise);
    }

    /// <summary>y without its noise; <paramref name="x"/> holds at least the first five inputs.</summary>
    public static double Mean(ReadOnlySpan<float> x)
    {
        var centred = x[2] - 0.5;
        return (10 * Math.Sin(Math.PI * x[0] * x[1])) + (20 * centred * centred) + (10 * x[3]) + (5 * x[4]);
    }

    private static Dataset Draw(string part, int count, double noise)
    {
        var stream = new RandomStream(Generated.Seed, $"friedman/{part}");
        var values = new float[Inputs * count];
        var targets = new float[count];
        for (var i = 0; i < count; i++)
        {
            var x = values.AsSpan(Inputs * i, Inputs);
            foreach (ref var input in x) input = (float)stream.NextDouble();
            targets[i] = (float)(Mean(x) + (noise * stream.NextGaussian()));
        }

        return Dataset.OfTargets("friedman", [Inputs], values, 1, targets);
    }
}
