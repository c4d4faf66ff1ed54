using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>log Σ exp of numbers that come block by block, stable however large they are.</summary>
internal sealed class LogSum
{
    private double highest = double.NegativeInfinity;
    private double sum;

    /// <summary>−∞ before the first number.</summary>
    public double Value => sum == 0 ? double.NegativeInfinity : highest + Math.Log(sum);

    /// <summary>log Σ exp of all of them.</summary>
    public static double Of(ReadOnlySpan<double> values)
    {
        var total = new LogSum();
        foreach (var value in values) total.Add(value);
        return total.Value;
    }

    public void Add(double value)
    {
        if (double.IsNegativeInfinity(value)) return;
        if (value <= highest)
        {
            // ∞ − ∞ would be NaN.
            sum += value == highest ? 1 : Math.Exp(value - highest);
        }
        else
        {
            sum = (sum * Math.Exp(highest - value)) + 1;
            highest = value;
        }
    }

    /// <param name="values">`[n]`, float64.</param>
    public void Add(Tensor values) => Add(values.logsumexp(0).item<double>());
}
