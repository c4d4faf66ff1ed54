using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>Left and right change places, with probability 1/2.</summary>
public sealed record Flip : Augmentation
{
    internal override string? Refuse(int height, int width) => null;

    internal override Change Draw(RandomStream stream, int height, int width) => new(stream.NextInt(2), 0);

    internal override void Apply(ImageSpan image, Change change)
    {
        if (change.X == 0) return;
        for (var start = 0; start < image.Pixels.Length; start += image.Width)
            image.Pixels.Slice(start, image.Width).Reverse();
    }
}
