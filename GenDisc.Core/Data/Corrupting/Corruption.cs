using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Corrupting;

/// <summary>A change of an example for the worse. At its least it leaves examples exactly as they are.</summary>
public abstract record Corruption
{
    private protected Corruption()
    {
    }

    /// <summary>What is wrong with it for examples of this shape, or null.</summary>
    internal abstract string? Refuse(ImmutableArray<int> shape);

    /// <summary>Changes one example in place.</summary>
    /// <param name="example">Its numbers. Where it is no image, one of height 1.</param>
    /// <param name="draws">The example's own.</param>
    internal abstract void Apply(ImageSpan example, RandomStream draws);

    private protected static string? NeedsImages(string what, ImmutableArray<int> shape) =>
        shape.Length == 3 ? null : $"{what} needs images of channels, height and width, not examples of [{string.Join(", ", shape)}].";
}
