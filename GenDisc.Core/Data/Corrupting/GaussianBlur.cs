using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Corrupting;

/// <summary>
/// Convolution with a Gaussian, along rows and then along columns. Its weights go to 4 deviations and add up to 1. What
/// lies outside is the image mirrored at its edge (c b a | a b c): so its mean, and an image of one colour, stay.
/// </summary>
/// <param name="Deviation">Pixels, at least 0 and at most the longer side; 0 changes nothing.</param>
public sealed record GaussianBlur(double Deviation) : Corruption
{
    internal override string? Refuse(ImmutableArray<int> shape) =>
        NeedsImages("blur", shape)
        ?? (Deviation >= 0 && Deviation <= Math.Max(shape[1], shape[2])
            ? null
            : FormattableString.Invariant($"blur of {Deviation} pixels; it must be 0 to the longer side, {Math.Max(shape[1], shape[2])}."));

    internal override void Apply(ImageSpan example, RandomStream draws)
    {
        if (Deviation == 0) return;
        var weights = Weights();
        var (height, width, lines) = (example.Height, example.Width, example.Channels * example.Height);
        Span<float> line = new float[Math.Max(height, width) + (2 * (weights.Length - 1))];
        for (var y = 0; y < lines; y++) Along(weights, line, example.Pixels, example.Scratch, y * width, 1, width);
        var area = height * width;
        for (var start = 0; start < example.Pixels.Length; start += area)
        {
            for (var x = 0; x < width; x++) Along(weights, line, example.Scratch, example.Pixels, start + x, width, height);
        }
    }

    /// <summary>One half, from the centre out.</summary>
    private float[] Weights()
    {
        var half = new double[(int)Math.Ceiling(4 * Deviation) + 1];
        for (var i = 0; i < half.Length; i++) half[i] = Math.Exp(-0.5 * i * i / (Deviation * Deviation));
        var total = (2 * half.Sum()) - half[0];
        return Array.ConvertAll(half, w => (float)(w / total));
    }

    /// <param name="weights">From the centre out.</param>
    /// <param name="line">Room for the line and what is mirrored at both ends.</param>
    /// <param name="from">Numbers, of which the line's lie <paramref name="step"/> apart.</param>
    /// <param name="to">Where the result comes to.</param>
    /// <param name="start">The line's first number.</param>
    /// <param name="step">From one to the next.</param>
    /// <param name="count">How many.</param>
    private static void Along(
        ReadOnlySpan<float> weights, Span<float> line, ReadOnlySpan<float> from, Span<float> to, int start, int step, int count)
    {
        var reach = weights.Length - 1;
        for (var i = -reach; i < count + reach; i++) line[i + reach] = from[start + (Mirrored(i, count) * step)];
        for (var i = 0; i < count; i++)
        {
            var sum = weights[0] * line[i + reach];
            for (var k = 1; k <= reach; k++) sum += weights[k] * (line[i + reach - k] + line[i + reach + k]);
            to[start + (i * step)] = sum;
        }
    }

    private static int Mirrored(int i, int count)
    {
        if ((uint)i < (uint)count) return i;
        var period = 2 * count;
        i = ((i % period) + period) % period;
        return i < count ? i : period - 1 - i;
    }
}
