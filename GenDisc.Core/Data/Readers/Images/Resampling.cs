namespace GenDisc.Core.Data.Readers.Images;

/// <summary>
/// Changes a picture's size by a triangular filter as wide as one pixel of the coarser grid, along rows and columns: when
/// enlarging this is bilinear interpolation, when reducing a weighted mean over the area, which does not alias.
/// </summary>
internal static class Resampling
{
    /// <summary>The pixels, [height, width, channels], into planes [channels, toHeight, toWidth]; a copy where sizes agree.</summary>
    public static void ToPlanes(ReadOnlySpan<byte> pixels, int height, int width, int channels, Span<byte> planes, int toHeight, int toWidth)
    {
        if (height == toHeight && width == toWidth)
        {
            for (var p = 0; p < height * width; p++)
            {
                for (var c = 0; c < channels; c++) planes[(c * height * width) + p] = pixels[(p * channels) + c];
            }

            return;
        }

        var rows = Taps(height, toHeight);
        var columns = Taps(width, toWidth);
        var line = new float[width * channels];
        for (var y = 0; y < toHeight; y++)
        {
            Array.Clear(line);
            var (top, weights) = rows[y];
            for (var i = 0; i < weights.Length; i++)
            {
                var row = pixels.Slice((top + i) * line.Length, line.Length);
                for (var x = 0; x < line.Length; x++) line[x] += weights[i] * row[x];
            }

            for (var x = 0; x < toWidth; x++)
            {
                for (var c = 0; c < channels; c++) planes[(((c * toHeight) + y) * toWidth) + x] = Mean(line, columns[x], channels, c);
            }
        }
    }

    private static byte Mean(float[] line, (int First, float[] Weights) taps, int channels, int channel)
    {
        var sum = 0f;
        for (var i = 0; i < taps.Weights.Length; i++) sum += taps.Weights[i] * line[((taps.First + i) * channels) + channel];
        return (byte)Math.Clamp(MathF.Round(sum), 0, 255);
    }

    /// <summary>For each new position along a side, the first old one that contributes and the weights, summing to 1.</summary>
    private static (int First, float[] Weights)[] Taps(int from, int to)
    {
        var scale = (double)from / to;
        var reach = Math.Max(scale, 1);
        var taps = new (int, float[])[to];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)Math.Floor(centre - reach + 0.5));
            var last = Math.Min(from - 1, (int)Math.Ceiling(centre + reach - 0.5) - 1);
            double[] weights = [.. Enumerable.Range(first, last - first + 1).Select(j => Math.Max(0, 1 - (Math.Abs(j + 0.5 - centre) / reach)))];
            var sum = weights.Sum();
            taps[i] = (first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        }

        return taps;
    }
}
