using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>By whole pixels, uniform in −Pixels to Pixels on either axis; what comes in is 0.</summary>
/// <param name="Pixels">At least 0 and below both sides.</param>
public sealed record Shift(int Pixels) : Augmentation
{
    internal override string? Refuse(int height, int width) => RefuseMove("shift", Pixels, height, width);

    internal override Change Draw(RandomStream stream, int height, int width)
    {
        var right = stream.NextInt((2 * Pixels) + 1) - Pixels;
        return new Change(right, stream.NextInt((2 * Pixels) + 1) - Pixels);
    }

    internal override void Apply(ImageSpan image, Change change) => image.Move((int)change.Y, (int)change.X);

    /// <summary>Whether a move by so much could push an image out altogether.</summary>
    internal static string? RefuseMove(string what, int pixels, int height, int width) =>
        pixels >= 0 && pixels < Math.Min(height, width)
            ? null
            : $"a {what} of {pixels} pixels; on images of {height} x {width} it must be 0 to {Math.Min(height, width) - 1}.";
}
