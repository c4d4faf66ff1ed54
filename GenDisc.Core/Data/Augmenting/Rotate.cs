using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// About the image's centre by an angle uniform in −Degrees to Degrees. Pixels between others are interpolated
/// bilinearly; outside the image all is 0.
/// </summary>
/// <param name="Degrees">0 to 180.</param>
public sealed record Rotate(double Degrees) : Augmentation
{
    internal override string? Refuse(int height, int width) =>
        Degrees is >= 0 and <= 180
            ? null
            : FormattableString.Invariant($"a rotation of {Degrees} degrees; it must be 0 to 180.");

    /// <summary>Cosine and sine of the angle.</summary>
    internal override Change Draw(RandomStream stream, int height, int width)
    {
        var (sin, cos) = Math.SinCos(stream.Uniform(-Degrees, Degrees) * Math.PI / 180);
        return new Change(cos, sin);
    }

    internal override void Apply(ImageSpan image, Change change) => Turn(image, (float)change.X, (float)change.Y);

    /// <summary>Clockwise as one looks at it, since y points down.</summary>
    internal static void Turn(ImageSpan image, float cos, float sin)
    {
        image.Pixels.CopyTo(image.Scratch);
        var (midX, midY) = ((image.Width - 1) / 2f, (image.Height - 1) / 2f);
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                // Where the pixel comes from: the angle back.
                var fromX = midX + (cos * (x - midX)) + (sin * (y - midY));
                var fromY = midY + (cos * (y - midY)) - (sin * (x - midX));
                Interpolate(image, (y * image.Width) + x, fromX, fromY);
            }
        }
    }

    private static void Interpolate(ImageSpan image, int at, float x, float y)
    {
        var (floorX, floorY) = (MathF.Floor(x), MathF.Floor(y));
        var (left, top, right, lower) = ((int)floorX, (int)floorY, x - floorX, y - floorY);
        var (isLeft, isRight) = ((uint)left < (uint)image.Width, (uint)(left + 1) < (uint)image.Width);
        var (isTop, isLower) = ((uint)top < (uint)image.Height, (uint)(top + 1) < (uint)image.Height);
        var (width, area) = (image.Width, image.Height * image.Width);
        ReadOnlySpan<float> from = image.Scratch;
        var corner = (top * width) + left;
        for (; at < image.Pixels.Length; at += area, corner += area)
        {
            var above = (isTop && isLeft ? (1 - right) * from[corner] : 0)
                + (isTop && isRight ? right * from[corner + 1] : 0);
            var below = (isLower && isLeft ? (1 - right) * from[corner + width] : 0)
                + (isLower && isRight ? right * from[corner + width + 1] : 0);
            image.Pixels[at] = ((1 - lower) * above) + (lower * below);
        }
    }
}
