using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// A square set to 0 around a random pixel; what of it lies outside the image is lost (DeVries and Taylor 2017).
/// </summary>
/// <param name="Size">Side of the square in pixels, at least 1 and at most the smaller side of the image.</param>
public sealed record CutOut(int Size) : Augmentation
{
    internal override string? Refuse(int height, int width) =>
        Size >= 1 && Size <= Math.Min(height, width)
            ? null
            : $"a cut-out of {Size} pixels; on images of {height} x {width} it must be 1 to {Math.Min(height, width)}.";

    /// <summary>The square's centre; of an even size, the pixel right of and below it.</summary>
    internal override Change Draw(RandomStream stream, int height, int width)
    {
        var x = stream.NextInt(width);
        return new Change(x, stream.NextInt(height));
    }

    internal override void Apply(ImageSpan image, Change change)
    {
        var (left, top) = ((int)change.X - (Size / 2), (int)change.Y - (Size / 2));
        var columns = Math.Max(0, left)..Math.Min(image.Width, left + Size);
        for (var c = 0; c < image.Channels; c++)
        {
            for (var y = Math.Max(0, top); y < Math.Min(image.Height, top + Size); y++)
                image.Row(c, y)[columns].Clear();
        }
    }
}
