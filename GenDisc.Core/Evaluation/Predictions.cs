using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>Targets and predictions of a regression, example by example, in the targets' own units.</summary>
public sealed class Predictions : IEvaluationSink
{
    private readonly Scaling? scaling;
    private readonly int targetSize;
    private readonly List<double> truth = [];
    private readonly List<double> predicted = [];

    /// <param name="scaling">How the data's targets were scaled; null when they are in their own units.</param>
    /// <param name="targetSize">Numbers in a target, at least 1.</param>
    /// <exception cref="ArgumentException">The scaling has another number of columns.</exception>
    public Predictions(Scaling? scaling = null, int targetSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetSize);
        if (scaling is not null && scaling.Columns != targetSize)
            throw new ArgumentException(
                $"a scaling of {scaling.Columns} columns for targets of {targetSize} numbers", nameof(scaling));
        this.scaling = scaling;
        this.targetSize = targetSize;
    }

    /// <summary>Flattened over the numbers of a target.</summary>
    public IReadOnlyList<float> Truth => [.. truth.Select(y => (float)y)];

    public IReadOnlyList<float> Predicted => [.. predicted.Select(y => (float)y)];

    /// <summary>`[examples][targetSize]`</summary>
    public double[][] TruthRows => [.. truth.Chunk(targetSize)];

    /// <summary>`[examples][targetSize]`</summary>
    public double[][] PredictedRows => [.. predicted.Chunk(targetSize)];

    public void Add(ModelOutput output, Batch batch)
    {
        if (output.Prediction is not { } prediction || batch.Targets is not { } targets) return;
        Append(targets, truth);
        Append(prediction, predicted);
    }

    /// <summary><see cref="RegressionScores.Figures"/> of all examples; none when nothing was seen.</summary>
    public IReadOnlyDictionary<string, double> Figures() =>
        truth.Count == 0 ? new Dictionary<string, double>() : RegressionScores.Of(TruthRows, PredictedRows).Figures();

    private void Append(Tensor scaled, List<double> into)
    {
        using var scope = NewDisposeScope();
        var values = scaled.detach().to(float32).cpu().contiguous().data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
            into.Add(scaling is null ? values[i] : scaling.Undo(i % targetSize, values[i]));
    }
}
