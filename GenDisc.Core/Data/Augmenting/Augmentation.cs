using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>A random change to an image that leaves its class as it is.</summary>
public abstract record Augmentation
{
    private protected Augmentation()
    {
    }

    /// <summary>What is wrong with it for images of this size, or null.</summary>
    internal abstract string? Refuse(int height, int width);

    /// <summary>What is to happen to one image.</summary>
    internal abstract Change Draw(RandomStream stream, int height, int width);

    /// <summary>Does it, in place.</summary>
    internal abstract void Apply(ImageSpan image, Change change);

    /// <summary>Two numbers whose meaning is the augmentation's own.</summary>
    internal readonly record struct Change(double X, double Y);
}
