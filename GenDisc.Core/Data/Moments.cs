namespace GenDisc.Core.Data;

/// <summary>
/// Mean and deviation of numbers in one pass without cancellation, however far the mean is from 0 (Welford 1962). Equal
/// numbers have a deviation of exactly 0.
/// </summary>
internal sealed class Moments
{
    private double squares;

    /// <summary>How many numbers were added.</summary>
    public long Count { get; private set; }

    /// <summary>0 before the first number.</summary>
    public double Mean { get; private set; }

    /// <summary>What to divide by: the deviation (with divisor n), or 1 where that is 0, so that equal numbers are only centred.</summary>
    public double Scale => squares > 0 ? Math.Sqrt(squares / Count) : 1;

    /// <param name="value">NaN, a missing number, is passed over.</param>
    public void Add(double value)
    {
        if (double.IsNaN(value)) return;
        var from = value - Mean;
        Mean += from / ++Count;
        squares += from * (value - Mean);
    }
}
