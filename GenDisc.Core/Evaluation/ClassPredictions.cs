using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>Logits and labels of a classification, example by example.</summary>
public sealed class ClassPredictions : IEvaluationSink
{
    private readonly List<float[]> logits = [];
    private readonly List<int> labels = [];

    /// <summary>`[examples][classes]`</summary>
    public float[][] Logits => [.. logits];

    /// <summary>`[examples]`, each in 0..Classes−1.</summary>
    public int[] Labels => [.. labels];

    /// <summary>0 while nothing is seen.</summary>
    public int Classes { get; private set; }

    public void Add(ModelOutput output, Batch batch)
    {
        if (output.Logits is null || batch.Labels is not { } truth || batch.Known == 0) return;
        using var scope = NewDisposeScope();
        var scores = output.Logits;
        if (batch.KnownRows is { } known) (scores, truth) = (scores.index_select(0, known), truth.index_select(0, known));
        AddLogits(output with { Logits = scores });
        labels.AddRange(truth.cpu().data<long>().Select(label => (int)label));
    }

    /// <summary>Logits alone: of examples whose labels mean nothing to the model.</summary>
    public void AddLogits(ModelOutput output)
    {
        if (output.Logits is not { } scores) return;
        using var scope = NewDisposeScope();
        Classes = (int)scores.size(1);
        logits.AddRange(scores.detach().to(float32).cpu().contiguous().data<float>().ToArray().Chunk(Classes));
    }

    /// <summary>softmax(z / T), in double precision.</summary>
    /// <param name="temperature">T &gt; 0</param>
    /// <returns>`[examples][classes]`; each row adds up to 1.</returns>
    public double[][] Probabilities(double temperature = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        return [.. logits.Select(row => Softmax.Of(row, 1 / temperature))];
    }
}
