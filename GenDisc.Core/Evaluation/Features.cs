using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>What a trained model makes of examples before it answers.</summary>
public static class Features
{
    /// <summary>
    /// What the head's first learned layer reads of each example of a split, in evaluation mode, before the head's own
    /// hidden layers: see <see cref="HybridModel.HeadInput"/>.
    /// </summary>
    /// <param name="split">Of at least one example.</param>
    /// <returns>`[n, d]` on the CPU, flattened and owned by the caller, and the labels (empty without classes).</returns>
    public static (Tensor Rows, int[] Labels) Of(HybridModel model, Split split, Generator noise, Device device) =>
        Collect(model, split, device, batch => model.HeadInput(batch, noise));

    /// <summary>One row for each example of a split, of what a model in evaluation mode makes of a batch.</summary>
    /// <param name="read">`[batch, …]`, in a dispose scope of its own.</param>
    internal static (Tensor Rows, int[] Labels) Collect(
        HybridModel model, Split split, Device device, Func<Batch, Tensor> read)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        var parts = new List<Tensor>();
        var labels = new List<int>();
        foreach (var batch in Batches.Sequential(split, Trainer.EvaluationBatch, device))
        {
            using (batch)
            {
                using var pass = NewDisposeScope();
                // What is read may be the batch's own tensor, which ends with it: hence the copy.
                parts.Add(read(batch).flatten(1).cpu().clone().MoveToOuterDisposeScope());
                if (batch.Labels is { } y) labels.AddRange(y.cpu().data<long>().Select(v => (int)v));
            }
        }

        return (cat(parts).MoveToOuterDisposeScope(), [.. labels]);
    }
}
