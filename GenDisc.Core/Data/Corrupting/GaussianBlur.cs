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
        for (var line = 0; line < lines; line++) Along(weights, example.Pixels, example.Scratch, line * width, 1, width);
        var area = height * width;
        for (var start = 0; start < example.Pixels.Length; start += area)
        {
            for (var x = 0; x < width; x++) Along(weights, example.Scratch, example.Pixels, start + x, width, height);
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

    private static void Along(ReadOnlySpan<float> weights, ReadOnlySpan<float> from, Span<float> to, int start, int step, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var sum = weights[0] * from[start + (i * step)];
            for (var k = 1; k < weights.Length; k++)
            {
                sum += weights[k]
                    * (from[start + (Mirrored(i - k, count) * step)] + from[start + (Mirrored(i + k, count) * step)]);
            }

            to[start + (i * step)] = sum;
        }
    }

    private static int Mirrored(int i, int count)
    {
        var period = 2 * count;
        i = ((i % period) + period) % period;
        return i < count ? i : period - 1 - i;
    }
}
