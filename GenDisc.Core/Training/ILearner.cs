using GenDisc.Core.Data;
using TorchSharp;

namespace GenDisc.Core.Training;

/// <summary>Where training stands.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Within the epoch, from 1.</param>
/// <param name="RateFactor">The schedule's factor on the learning rate.</param>
public readonly record struct StepSettings(int Epoch, int Step, double RateFactor);

/// <summary>
/// What the trainer drives: something that learns from a batch. Models trained by gradients share one implementation;
/// models with rules of their own (contrastive divergence) bring theirs.
/// </summary>
public interface ILearner : IDisposable
{
    /// <summary>Batches smaller than this are passed over (batch normalisation needs two examples).</summary>
    int SmallestBatch { get; }

    /// <summary>The model's tensors by name.</summary>
    torch.nn.Module Module { get; }

    /// <summary>One update. Adds `loss`, every term and, with a classifier, `accuracy` to the tally.</summary>
    /// <returns>The batch's loss.</returns>
    /// <exception cref="DivergedException">A loss is not finite; the weights are still those before the step.</exception>
    double Step(Batch batch, StepSettings settings, Tally tally);

    /// <summary>The same figures without learning, weighed as at the end of all schedules.</summary>
    void Evaluate(Batch batch, torch.Generator noise, Tally tally, IEvaluationSink? sink = null);

    /// <summary>
    /// Adds to an epoch's figures those that can be held against the validation part's only when one and the same model
    /// gives both.
    /// </summary>
    /// <param name="sample">Some training examples, the same after every epoch.</param>
    /// <param name="noise">As in an evaluation.</param>
    /// <param name="tally">Of the epoch.</param>
    /// <param name="device">Of the model.</param>
    void EpochEnd(Split sample, torch.Generator noise, Tally tally, torch.Device device)
    {
    }

    /// <summary>Names of parameters that no term reaches, once known; empty when all is well.</summary>
    IReadOnlyList<string> Unreached { get; }

    /// <summary>What the user should know of the steps since the last call; empty, and no allocation, when nothing.</summary>
    IReadOnlyList<string> TakeNotices() => [];

    /// <summary>How often weights were put back to what they were before: an average of theirs then begins anew.</summary>
    int WentBack => 0;

    /// <summary>Weight of every term in an epoch.</summary>
    IReadOnlyDictionary<string, double> WeightsAt(int epoch);

    double Rate { get; }
}
