using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>What a trained model makes of examples before it answers.</summary>
public static class Features
{
    /// <summary>
    /// The main path's last representation of each example of a split, in evaluation mode: what the last head reads,
    /// before the head's own hidden layers.
    /// </summary>
    /// <param name="split">Of at least one example.</param>
    /// <returns>`[n, d]` on the CPU, flattened and owned by the caller, and the labels (empty without classes).</returns>
    public static (Tensor Rows, int[] Labels) Of(HybridModel model, Split split, Generator noise, Device device)
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
                // Without a trunk the representation is the batch's own tensor, which ends with it: hence the copy.
                var rows = model.ForwardBatch(batch, noise).Representation.flatten(1).cpu().clone();
                parts.Add(rows.MoveToOuterDisposeScope());
                if (batch.Labels is { } y) labels.AddRange(y.cpu().data<long>().Select(v => (int)v));
            }
        }

        return (cat(parts).MoveToOuterDisposeScope(), [.. labels]);
    }
}
