using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Training;

/// <summary>
/// A loss became NaN or infinite, or energies ran away. Names the term and the step, and says what usually helps.
/// </summary>
/// <param name="tried">What training has already done about it, a sentence; null: nothing.</param>
public sealed class DivergedException(string term, double value, int epoch, int step, double rate, string? tried = null)
    : UserError(string.Create(
        CultureInfo.InvariantCulture,
        $"training diverged: {term} became {value} at epoch {epoch}, step {step} (learning rate {rate:G3}).\n")
        + (tried is null ? "" : tried + "\n")
        + "Lower the learning rate, add `|> clip 1.0` or `|> warmUp 1` to the training, or give that term a smaller weight.")
{
    public string Term { get; } = term;

    /// <summary>What the term became.</summary>
    public double Value { get; } = value;

    public int Epoch { get; } = epoch;

    /// <summary>Within the epoch, from 1.</summary>
    public int Step { get; } = step;
}
