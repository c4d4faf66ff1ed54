using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Corrupting;

/// <summary>
/// Hides every number with the same probability, each by itself: it reads 0. What a lower rate hides, a higher one hides
/// too. <see cref="Corrupter.Seen"/> tells which are left.
/// </summary>
/// <param name="Rate">0 to 1.</param>
public sealed record MissingPixels(double Rate) : Corruption
{
    internal override string? Refuse(ImmutableArray<int> shape) =>
        Rate is >= 0 and <= 1 ? null : FormattableString.Invariant($"a rate of {Rate} missing; it must be 0 to 1.");

    internal override void Apply(ImageSpan example, RandomStream draws)
    {
        foreach (ref var number in example.Pixels)
        {
            if (Hides(draws)) number = 0;
        }
    }

    /// <summary>Whether the next number is hidden.</summary>
    internal bool Hides(RandomStream draws) => draws.NextDouble() < Rate;
}
