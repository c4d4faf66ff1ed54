namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>What a diffusion model makes of the classes of examples.</summary>
/// <param name="Scores">
/// `[examples][classes]`: minus the weighted error, less that of the class in front, so that the largest is 0. With the
/// weights of the bound that is log p(x|y) by it, nats, and with a uniform prior their softmax is the posterior of the class;
/// with others only the order means something. That of a class that was dropped is of the draws until then.
/// </param>
/// <param name="Draws">`[examples]`: draws (t, ε) of each.</param>
/// <param name="Looks">`[examples]`: of the network, a draw counting once for each class that was left.</param>
public sealed record ClassVerdicts(float[][] Scores, int[] Draws, int[] Looks)
{
    /// <summary>The class in front of each example.</summary>
    public int[] Predicted => Array.ConvertAll(Scores, row => Array.IndexOf(row, row.Max()));
}
