namespace GenDisc.Core.Data;

/// <summary>
/// A dataset in the making whose examples are written anew, labels and all else kept. Images stay within [0, 1]; pixels
/// are rounded to a byte each.
/// </summary>
public sealed class DatasetCopy
{
    private readonly Dataset source;
    private readonly byte[] pixels;
    private readonly float[] values;

    /// <param name="source">Whose examples stay until they are written.</param>
    public DatasetCopy(Dataset source)
    {
        this.source = source;
        pixels = source.Pixels.ToArray();
        values = source.Values.ToArray();
    }

    /// <summary>Puts numbers in place of a row's own.</summary>
    public void Write(int row, ReadOnlySpan<float> numbers)
    {
        var start = row * source.ExampleSize;
        if (pixels.Length > 0)
        {
            var to = pixels.AsSpan(start, source.ExampleSize);
            for (var i = 0; i < to.Length; i++) to[i] = (byte)MathF.Round(255 * Math.Clamp(numbers[i], 0, 1));
            return;
        }

        var isImage = source.ExampleShape.Length == 3;
        var into = values.AsSpan(start, source.ExampleSize);
        for (var i = 0; i < into.Length; i++) into[i] = isImage ? Math.Clamp(numbers[i], 0, 1) : numbers[i];
    }

    /// <summary>The dataset. Nothing may be written afterwards.</summary>
    /// <exception cref="Runtime.UserError">A value is not finite.</exception>
    public Dataset Finish() => source.With(pixels, values);
}
