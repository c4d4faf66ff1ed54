using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>The posterior predictive of several predictions for each example.</summary>
internal static class PredictiveMean
{
    /// <summary>
    /// log p(k|x) = log (1/S) Σ_s softmax(l_s)_k, whose softmax is the mean of the members' probabilities (Gal and
    /// Ghahramani 2016, eq. 6; Lakshminarayanan et al. 2017, section 2.4). A single member's logits are left as they are.
    /// </summary>
    /// <param name="logits">`[members, batch, classes]`</param>
    /// <returns>`[batch, classes]`</returns>
    public static Tensor OfLogits(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var mean = logits.size(0) == 1
            ? logits.select(0, 0)
            : logits.log_softmax(2).logsumexp(0) - Math.Log(logits.size(0));
        return mean.MoveToOuterDisposeScope();
    }

    /// <param name="predictions">`[members, batch, targets]`</param>
    /// <returns>`[batch, targets]`</returns>
    public static Tensor OfTargets(Tensor predictions) => predictions.mean([0]);

    /// <summary>An output whose predictions are the mean over members, which it keeps too.</summary>
    /// <param name="output">What else there is to say of the batch.</param>
    /// <param name="logits">`[members, batch, classes]`, or null.</param>
    /// <param name="targets">`[members, batch, targets]`, or null.</param>
    public static ModelOutput In(ModelOutput output, Tensor? logits, Tensor? targets) => output with
    {
        Logits = logits is null ? output.Logits : OfLogits(logits),
        Prediction = targets is null ? output.Prediction : OfTargets(targets),
        MemberLogits = logits,
        MemberPredictions = targets,
    };
}
