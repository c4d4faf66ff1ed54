using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// The image with a border of zeros, cut back to its size at a random place (He et al. 2016, section 4.2, on CIFAR-10:
/// a border of 4).
/// </summary>
/// <param name="Padding">Width of the border in pixels, at least 0 and below both sides.</param>
public sealed record Crop(int Padding) : Augmentation
{
    internal override string? Refuse(int height, int width) => Shift.RefuseMove("crop's border", Padding, height, width);

    /// <summary>The cut's left and upper edge in the bordered image.</summary>
    internal override Change Draw(RandomStream stream, int height, int width)
    {
        var left = stream.NextInt((2 * Padding) + 1);
        return new Change(left, stream.NextInt((2 * Padding) + 1));
    }

    internal override void Apply(ImageSpan image, Change change) =>
        image.Move(Padding - (int)change.Y, Padding - (int)change.X);
}
