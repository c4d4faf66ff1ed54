using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>Counts of examples by true class (row) and predicted class (column).</summary>
public sealed class ConfusionMatrix(int classes) : IEvaluationSink
{
    private readonly long[] counts = new long[classes * classes];

    public int Classes => classes;

    public long this[int truth, int predicted] => counts[(truth * classes) + predicted];

    /// <summary>Examples that are told as what they are.</summary>
    public long Correct => Enumerable.Range(0, classes).Sum(c => this[c, c]);

    public void Add(ModelOutput output, Batch batch)
    {
        if (output.Logits is not { } logits || batch.Labels is not { } labels || batch.Known == 0) return;
        using var scope = NewDisposeScope();
        if (batch.KnownRows is { } known) (logits, labels) = (logits.index_select(0, known), labels.index_select(0, known));
        var cells = ((labels * classes) + logits.argmax(1)).cpu().data<long>();
        foreach (var cell in cells) counts[cell]++;
    }

    /// <summary>Row by row.</summary>
    public long[][] Rows() =>
        [.. Enumerable.Range(0, classes).Select(r => counts.AsSpan(r * classes, classes).ToArray())];
}
