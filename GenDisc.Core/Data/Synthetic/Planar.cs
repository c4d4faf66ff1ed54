using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>What classes of points in the plane share: classes by turns, each point moved by normal noise.</summary>
internal static class Planar
{
    public const int TrainCount = 4_000;
    public const int TestCount = 1_000;

    /// <summary>Where a point of the class lies before the noise.</summary>
    public delegate (double X, double Y) Place(RandomStream stream, int label);

    /// <param name="name">Of the dataset, and of its streams.</param>
    /// <param name="classNames">One or more.</param>
    /// <param name="usual">Noise by default.</param>
    /// <param name="noise">Standard deviation on each coordinate, at least 0, or null for the default.</param>
    /// <param name="place">Draws a point.</param>
    /// <param name="spread">Factor on the noise of each class; null: 1 for all.</param>
    /// <exception cref="UserError">The noise is negative or not finite.</exception>
    public static LoadedData Load(
        string name, ImmutableArray<string> classNames, double usual, double? noise, Place place, double[]? spread = null)
    {
        var deviation = noise ?? usual;
        Generated.CheckNoise(name, deviation);
        return Generated.Load(Draw("train", TrainCount), Draw("test", TestCount), noise);

        Dataset Draw(string part, int count)
        {
            var stream = new RandomStream(Generated.Seed, $"{name}/{part}");
            var values = new float[2 * count];
            var labels = new int[count];
            for (var i = 0; i < count; i++)
            {
                var label = labels[i] = i % classNames.Length;
                var (x, y) = place(stream, label);
                var scale = spread is null ? deviation : deviation * spread[label];
                values[2 * i] = (float)(x + (scale * stream.NextGaussian()));
                values[(2 * i) + 1] = (float)(y + (scale * stream.NextGaussian()));
            }

            return Dataset.OfValues(name, [2], values, labels, classNames);
        }
    }
}
