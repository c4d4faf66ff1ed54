using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>What a trained classifier sees in examples.</summary>
/// <param name="Features">What its last layer reads of each, float32 `[n, d]` on the CPU, owned by the holder.</param>
/// <param name="Told">The most probable class of each, `[n]`.</param>
/// <param name="Confidence">Its probability, `[n]`.</param>
public sealed record Recognition(Tensor Features, int[] Told, double[] Confidence) : IDisposable
{
    /// <param name="judge">A classifier of examples as they are.</param>
    /// <param name="split">Of at least one example.</param>
    /// <param name="noise">Is handed to stages that draw.</param>
    /// <param name="device">Of the judge.</param>
    /// <param name="cancel">Gives up between batches.</param>
    /// <exception cref="OperationCanceledException"/>
    public static Recognition Of(HybridModel judge, Split split, Generator noise, Device device, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        judge.eval();
        var features = new List<Tensor>();
        var told = new List<int>(split.Count);
        var confidence = new List<double>(split.Count);
        foreach (var batch in Batches.Sequential(split, Trainer.EvaluationBatch, device))
        {
            using (batch)
            {
                cancel.ThrowIfCancellationRequested();
                using var pass = NewDisposeScope();
                var (read, logits) = judge.LastHidden(batch, noise);
                features.Add(read.flatten(1).to(float32).cpu().clone().MoveToOuterDisposeScope());
                var (values, indices) = logits.to(float64).softmax(1).cpu().max(1);
                foreach (var value in values.data<double>()) confidence.Add(value);
                foreach (var index in indices.data<long>()) told.Add((int)index);
            }
        }

        return new Recognition(cat(features).MoveToOuterDisposeScope().DetachFromDisposeScope(), [.. told], [.. confidence]);
    }

    /// <summary>How many are told as each class.</summary>
    public int[] Counts(int classes)
    {
        var counts = new int[classes];
        foreach (var label in Told) counts[label]++;
        return counts;
    }

    /// <summary>1 for each that is told as the class asked for, else 0.</summary>
    /// <param name="asked">`[n]`</param>
    public double[] Right(IReadOnlyList<int> asked)
    {
        if (asked.Count != Told.Length) throw new ArgumentException("one class is asked for of each", nameof(asked));
        var right = new double[Told.Length];
        for (var i = 0; i < right.Length; i++) right[i] = Told[i] == asked[i] ? 1 : 0;
        return right;
    }

    public void Dispose() => Features.Dispose();
}
