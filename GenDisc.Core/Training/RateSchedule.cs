namespace GenDisc.Core.Training;

/// <summary>Factor on the learning rate as training goes on.</summary>
/// <param name="Epochs">All epochs.</param>
/// <param name="WarmUp">Epochs over which the factor first grows in a straight line from 0.</param>
public abstract record RateSchedule(int Epochs, int WarmUp)
{
    /// <param name="progress">Epochs done, with fractions: 0 at the start.</param>
    /// <returns>In [0, 1].</returns>
    public double FactorAt(double progress) => progress < WarmUp ? progress / WarmUp : AfterWarmUp(progress);

    protected abstract double AfterWarmUp(double progress);
}

/// <summary>1 throughout.</summary>
public sealed record ConstantRate(int Epochs, int WarmUp = 0) : RateSchedule(Epochs, WarmUp)
{
    protected override double AfterWarmUp(double progress) => 1;
}

/// <summary>Half a cosine from 1 to 0 over the epochs after the warm-up (Loshchilov and Hutter 2017, one cycle).</summary>
public sealed record CosineRate(int Epochs, int WarmUp = 0) : RateSchedule(Epochs, WarmUp)
{
    protected override double AfterWarmUp(double progress)
    {
        var share = (progress - WarmUp) / Math.Max(1e-9, Epochs - WarmUp);
        return 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, share)));
    }
}

/// <summary>Times <paramref name="Factor"/> after every <paramref name="Every"/> epochs.</summary>
public sealed record StepRate(int Epochs, int Every, double Factor, int WarmUp = 0) : RateSchedule(Epochs, WarmUp)
{
    protected override double AfterWarmUp(double progress) => Math.Pow(Factor, Math.Floor(progress / Every));
}
