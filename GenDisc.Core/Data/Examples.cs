namespace GenDisc.Core.Data;

/// <summary>Reads examples of a dataset as batches hold them, without a tensor.</summary>
public static class Examples
{
    /// <summary>The numbers of a row, pixels in [0, 1].</summary>
    /// <param name="data">Images, sequences or vectors.</param>
    /// <param name="row">Of <paramref name="data"/>.</param>
    /// <param name="into">As many as an example holds.</param>
    public static void Read(Dataset data, int row, Span<float> into)
    {
        var (start, size) = (row * data.ExampleSize, data.ExampleSize);
        if (data.Pixels.IsEmpty)
        {
            data.Values.Span.Slice(start, size).CopyTo(into);
            return;
        }

        var from = data.Pixels.Span.Slice(start, size);
        for (var i = 0; i < from.Length; i++) into[i] = from[i] / 255f;
    }

    /// <summary>Mean of (a − b)² over all numbers of the given rows of two datasets of one shape.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    /// <param name="rows">At least one, of both.</param>
    public static double MeanSquaredError(Dataset a, Dataset b, ReadOnlySpan<int> rows)
    {
        var (ofA, ofB) = (new float[a.ExampleSize], new float[b.ExampleSize]);
        var sum = 0.0;
        foreach (var row in rows)
        {
            Read(a, row, ofA);
            Read(b, row, ofB);
            for (var i = 0; i < ofA.Length; i++)
            {
                var difference = (double)ofA[i] - ofB[i];
                sum += difference * difference;
            }
        }

        return sum / ((long)rows.Length * a.ExampleSize);
    }
}
