namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// How well a network predicts its target over a range of steps, beside predictors that know next to nothing. Losses are means over
/// dimensions of squared errors, on the scale that the network works on.
/// </summary>
/// <param name="First">First step of the range, at least 1.</param>
/// <param name="Last">Last step of the range.</param>
/// <param name="LogSignalToNoise">Mean of ln ᾱ/(1 − ᾱ) over the steps that were looked at.</param>
/// <param name="Loss">Of the network.</param>
/// <param name="Zero">Of predicting 0.</param>
/// <param name="Mean">Of taking x₀ for the mean of the data, whatever the noisy example.</param>
/// <param name="Gaussian">Of E[x₀ | x_t] where every dimension is normal by itself, with the data's mean and variance.</param>
/// <param name="Excess">Mean over examples by which the network is worse than the better one of the first two.</param>
/// <param name="ExcessError">Its standard error.</param>
public sealed record NoiseLevel(
    int First,
    int Last,
    double LogSignalToNoise,
    double Loss,
    double Zero,
    double Mean,
    double Gaussian,
    double Excess,
    double ExcessError)
{
    private const double Margin = 0.05;
    private const double Gain = 0.02;

    /// <summary>Loss of the better one of predicting 0 and predicting from the mean.</summary>
    public double Trivial => Math.Min(Zero, Mean);

    /// <summary>Clearly worse than knowing nothing: by a twentieth and two standard errors; or not finite.</summary>
    public bool IsWorse => !double.IsFinite(Loss) || (Excess > Margin * Trivial && Excess > 2 * ExcessError);

    /// <summary>At least a fiftieth better than knowing nothing.</summary>
    public bool IsBetter => Loss < (1 - Gain) * Trivial;
}
