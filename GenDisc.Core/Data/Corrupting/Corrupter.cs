using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Corrupting;

/// <summary>
/// Corrupts examples of a dataset. What becomes of one depends on the seed, the stream's name and its row alone, whichever
/// others are corrupted with it.
/// </summary>
public static class Corrupter
{
    /// <summary>
    /// The dataset with the given rows corrupted and the others as they are. Images stay within [0, 1]; those of one byte a
    /// pixel are rounded to it.
    /// </summary>
    /// <param name="data">Images or vectors.</param>
    /// <param name="rows">Of <paramref name="data"/>.</param>
    /// <param name="corruption">What happens to each.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="stream">Names the draws: corruptions of different names are independent.</param>
    /// <exception cref="UserError">The corruption does not fit the examples.</exception>
    public static Dataset Corrupt(Dataset data, ReadOnlySpan<int> rows, Corruption corruption, long seed, string stream)
    {
        Check(data, corruption);
        var isImage = data.ExampleShape.Length == 3;
        var (height, width) = isImage ? (data.ExampleShape[1], data.ExampleShape[2]) : (1, data.ExampleSize);
        var copy = new DatasetCopy(data);
        var example = new float[data.ExampleSize];
        var scratch = new float[data.ExampleSize];
        foreach (var row in rows)
        {
            Examples.Read(data, row, example);
            corruption.Apply(new ImageSpan(example, height, width, scratch), Draws(seed, stream, row));
            copy.Write(row, example);
        }

        return copy.Finish();
    }

    /// <summary>Which numbers <see cref="Corrupt"/> leaves to be seen, one for each number of <paramref name="data"/>.</summary>
    /// <exception cref="UserError">The corruption does not fit the examples.</exception>
    public static bool[] Seen(Dataset data, ReadOnlySpan<int> rows, MissingPixels missing, long seed, string stream)
    {
        Check(data, missing);
        var seen = new bool[data.Count * data.ExampleSize];
        seen.AsSpan().Fill(true);
        foreach (var row in rows)
        {
            var draws = Draws(seed, stream, row);
            foreach (ref var number in seen.AsSpan(row * data.ExampleSize, data.ExampleSize)) number = !missing.Hides(draws);
        }

        return seen;
    }

    private static RandomStream Draws(long seed, string stream, int row) =>
        new(seed, string.Create(CultureInfo.InvariantCulture, $"corruption/{stream}/{row}"));

    private static void Check(Dataset data, Corruption corruption)
    {
        if (data.ExampleShape.Length == 2)
            throw new UserError($"Dataset {data.Name}: corruption is for images and vectors, not for sequences. Leave it out.");
        if (data.DrawsPixels)
            throw new UserError($"Dataset {data.Name}: pixels are corrupted before they are drawn black and white, not after.");
        if (corruption.Refuse(data.ExampleShape) is { } wrong) throw new UserError($"Dataset {data.Name}: {wrong}");
    }
}
