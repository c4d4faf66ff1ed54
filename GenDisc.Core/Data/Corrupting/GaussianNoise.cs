using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Corrupting;

/// <summary>
/// Adds a draw of N(0, Deviation²) to every number; <see cref="Corrupter"/> keeps images within [0, 1]. Examples of
/// several deviations are changed along the same draws.
/// </summary>
/// <param name="Deviation">At least 0, in the unit of the examples.</param>
public sealed record GaussianNoise(double Deviation) : Corruption
{
    internal override string? Refuse(ImmutableArray<int> shape) =>
        double.IsFinite(Deviation) && Deviation >= 0
            ? null
            : FormattableString.Invariant($"noise of deviation {Deviation}; it must be finite and at least 0.");

    internal override void Apply(ImageSpan example, RandomStream draws)
    {
        foreach (ref var number in example.Pixels) number += (float)(Deviation * draws.NextGaussian());
    }
}
