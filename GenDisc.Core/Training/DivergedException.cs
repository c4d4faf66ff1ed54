using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Training;

/// <summary>A loss became NaN or infinite. Names the term and the step, and says what usually helps.</summary>
public sealed class DivergedException(string term, double value, int epoch, int step, double rate)
    : UserError(string.Create(
        CultureInfo.InvariantCulture,
        $"training diverged: {term} became {value} at epoch {epoch}, step {step} (learning rate {rate:G3}).\n")
        + "Lower the learning rate, add `|> clip 1.0` or `|> warmUp 1` to the training, or give that term a smaller weight.")
{
    public string Term { get; } = term;

    public int Epoch { get; } = epoch;

    /// <summary>Within the epoch, from 1.</summary>
    public int Step { get; } = step;
}
