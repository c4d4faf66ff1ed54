using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;

namespace GenDisc.Core.Evaluation;

/// <summary>Targets and predictions of a regression, example by example.</summary>
public sealed class Predictions : IEvaluationSink
{
    private readonly List<float> truth = [];
    private readonly List<float> predicted = [];

    /// <summary>Flattened over target dimensions.</summary>
    public IReadOnlyList<float> Truth => truth;

    public IReadOnlyList<float> Predicted => predicted;

    public void Add(ModelOutput output, Batch batch)
    {
        if (output.Prediction is not { } prediction || batch.Targets is not { } targets) return;
        using var flatTargets = targets.cpu();
        using var flatPrediction = prediction.cpu();
        truth.AddRange(flatTargets.data<float>());
        predicted.AddRange(flatPrediction.data<float>());
    }

    /// <summary>
    /// `rmse` and `mae` in target units, and `r2` = 1 − Σ(y−ŷ)²/Σ(y−ȳ)² (at most 1; 0 is as good as the mean).
    /// </summary>
    public IReadOnlyDictionary<string, double> Figures()
    {
        if (truth.Count == 0) return new Dictionary<string, double>();
        var mean = truth.Average(y => (double)y);
        double squares = 0, absolute = 0, spread = 0;
        for (var i = 0; i < truth.Count; i++)
        {
            double error = truth[i] - predicted[i], deviation = truth[i] - mean;
            squares += error * error;
            absolute += Math.Abs(error);
            spread += deviation * deviation;
        }

        return new Dictionary<string, double>
        {
            ["rmse"] = Math.Sqrt(squares / truth.Count),
            ["mae"] = absolute / truth.Count,
            ["r2"] = spread > 0 ? 1 - (squares / spread) : double.NaN,
        };
    }
}
