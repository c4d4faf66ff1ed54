namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// What a network's loss becomes when it is told something wrong on the same noisy examples. A network that does not listen loses
/// nothing by it.
/// </summary>
/// <param name="Right">Mean loss, told what is so.</param>
/// <param name="Wrong">Mean loss, told something else.</param>
/// <param name="Error">Standard error of the mean difference, paired by example.</param>
public sealed record Sensitivity(double Right, double Wrong, double Error)
{
    /// <summary>(wrong − right) / right</summary>
    public double Change => (Wrong - Right) / Math.Max(Right, double.Epsilon);

    /// <summary>Whether the truth helps: by more than this share of the loss, and by more than two standard errors.</summary>
    public bool Listens(double share) => Change > share && Wrong - Right > 2 * Error;
}
