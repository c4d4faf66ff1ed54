using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Corrupting;

/// <summary>About the image's centre, clockwise as one looks at it: bilinear, and 0 outside, as <see cref="Rotate"/>.</summary>
/// <param name="Degrees">−180 to 180.</param>
public sealed record Rotation(double Degrees) : Corruption
{
    internal override string? Refuse(ImmutableArray<int> shape) =>
        NeedsImages("rotation", shape)
        ?? (Degrees is >= -180 and <= 180
            ? null
            : FormattableString.Invariant($"a rotation of {Degrees} degrees; it must be -180 to 180."));

    internal override void Apply(ImageSpan example, RandomStream draws)
    {
        var (sin, cos) = Math.SinCos(Degrees * Math.PI / 180);
        Rotate.Turn(example, (float)cos, (float)sin);
    }
}
