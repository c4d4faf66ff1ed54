using System.Runtime.CompilerServices;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// Scratch for one image `[height + 2, width + 2, stride]` with a border of zeros and channels last, so that a 3×3
/// neighbourhood is three runs of numbers without a special case at the edges.
/// </summary>
/// <param name="Channels">Of the image; the rest up to the stride stays zero.</param>
/// <param name="Stride">Floats from a pixel to the next.</param>
internal readonly unsafe record struct PaddedImage(int Height, int Width, int Channels, int Stride)
{
    /// <summary>Floats from a row to the next.</summary>
    public int RowStride => (Width + 2) * Stride;

    /// <summary>
    /// Floats to rent. The last tile of a strip may read up to five pixels past it, hence the rows after the image.
    /// </summary>
    public nuint Size => (nuint)(Height + 2 + 2 + (MicroKernel.Rows / Width)) * (nuint)RowStride;

    /// <summary>The first pixel inside the border.</summary>
    public float* Inside(float* image) => image + RowStride + Stride;

    public void Clear(float* image) => new Span<float>(image, (int)Size).Clear();

    /// <summary>Copies an image into the inside: channels last `[h, w, c]`, or first `[c, h, w]`.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* image, float* source, bool channelsLast)
    {
        var row = Inside(image);
        for (var y = 0; y < Height; y++, row += RowStride)
        {
            if (!channelsLast) Gather(source + (y * Width), 1, (nint)Height * Width, Width, Channels, row, Stride);
            else if (Stride == Channels) CopyRow(source + ((nint)y * Width * Channels), row);
            else Gather(source + ((nint)y * Width * Channels), Channels, 1, Width, Channels, row, Stride);
        }
    }

    /// <summary>Copies pixels and channels with any steps to `[pixels, channels]`.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(
        float* source, nint pixelStep, nint channelStep, int pixels, int channels, float* target, int stride)
    {
        if (pixelStep != 1 || pixels < Lanes.Count)
        {
            GatherRest(source, pixelStep, channelStep, pixels, channels, target, stride);
            return;
        }

        for (var x = 0; x < pixels; x += Lanes.Count)
        {
            // The last eight may overlap those before.
            var from = Math.Min(x, pixels - Lanes.Count);
            var pixel = target + ((nint)from * stride);
            var c = 0;
            for (; c <= channels - Lanes.Count; c += Lanes.Count)
                Lanes.Transpose(source + from + (c * channelStep), channelStep, pixel + c, stride);
            GatherRest(
                source + from + (c * channelStep), 1, channelStep, Lanes.Count, channels - c, pixel + c, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherRest(
        float* source, nint pixelStep, nint channelStep, int pixels, int channels, float* target, nint stride)
    {
        for (var x = 0; x < pixels; x++, source += pixelStep, target += stride)
        {
            var from = source;
            for (var c = 0; c < channels; c++, from += channelStep) target[c] = *from;
        }
    }

    private void CopyRow(float* source, float* row)
    {
        var bytes = (long)Width * Channels * sizeof(float);
        Buffer.MemoryCopy(source, row, bytes, bytes);
    }
}
