using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation;

/// <summary>
/// How well probabilities foretell labels. Macro figures are plain means over the classes that occur among the labels.
/// The predicted class is the first of the most probable.
/// </summary>
public sealed record ClassificationScores
{
    /// <summary>Share of examples whose predicted class is right.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean recall over the classes that occur (Brodersen et al. 2010).</summary>
    public double BalancedAccuracy => MacroRecall;

    /// <summary>Mean −ln p of the true class, in nats, p no lower than 1e-15.</summary>
    public required double LogLoss { get; init; }

    /// <summary>Mean Σₖ (pₖ − [k is true])², 0 to 2 (Brier 1950).</summary>
    public required double Brier { get; init; }

    /// <summary>A class that is never predicted counts as precision 0.</summary>
    public required double MacroPrecision { get; init; }

    public required double MacroRecall { get; init; }

    public required double MacroF1 { get; init; }

    /// <summary>
    /// By k of 2, 3 and 5 below the number of classes: share of examples whose true class is among the k most probable.
    /// </summary>
    public required IReadOnlyDictionary<int, double> TopK { get; init; }

    /// <summary>Area under the ROC curve, each class against the rest; of two classes, that of class 1.</summary>
    public required double RocAucMacro { get; init; }

    /// <summary>Average precision, each class against the rest; of two classes, that of class 1.</summary>
    public required double PrAucMacro { get; init; }

    /// <summary>Expected calibration error Σ |B_m|/n |acc(B_m) − conf(B_m)| over 15 bins (Guo et al. 2017, eq. 3).</summary>
    public required double Ece { get; init; }

    /// <summary>Largest |acc(B_m) − conf(B_m)| of a bin that is not empty (Guo et al. 2017, eq. 5).</summary>
    public required double Mce { get; init; }

    /// <summary>Right among the predicted, by class; NaN where never predicted.</summary>
    public required double[] Precision { get; init; }

    /// <summary>Right among the true, by class; NaN where the class does not occur.</summary>
    public required double[] Recall { get; init; }

    /// <summary>2 right / (true + predicted), by class; NaN where the class neither occurs nor is predicted.</summary>
    public required double[] F1 { get; init; }

    /// <summary>Examples of each class.</summary>
    public required long[] Support { get; init; }

    /// <summary>By class; NaN where all or none of the examples are of the class.</summary>
    public required double[] RocAuc { get; init; }

    /// <summary>By class; NaN where the class does not occur.</summary>
    public required double[] PrAuc { get; init; }

    /// <param name="probabilities">`[examples][classes]`, at least one example; rows add up to 1.</param>
    /// <param name="labels">`[examples]`, each in 0..classes−1.</param>
    /// <exception cref="ArgumentException">No examples, rows of different lengths, or a label outside the classes.</exception>
    public static ClassificationScores Of(double[][] probabilities, int[] labels)
    {
        var once = new int[labels.Length];
        Array.Fill(once, 1);
        return new ClassificationTable(probabilities, labels).Scores(once, ranked: true);
    }

    /// <summary>
    /// Bootstrap intervals of `accuracy` and <see cref="Figures"/> over the examples. The areas under curves, dearer
    /// than all else, take fewer resamples (not below 200) when examples times classes are many.
    /// </summary>
    /// <param name="level">Share of resamples between the ends, in (0, 1).</param>
    /// <exception cref="ArgumentException">As <see cref="Of"/>.</exception>
    public static IReadOnlyDictionary<string, Interval> Intervals(
        double[][] probabilities, int[] labels, RandomStream stream, int resamples = 1000, double level = 0.95)
    {
        const long fewestRanked = 200, mostRankedExamples = 200_000_000;
        var table = new ClassificationTable(probabilities, labels);
        var ranked = Math.Max(fewestRanked, mostRankedExamples / ((long)labels.Length * table.Classes));
        return Bootstrap.OfWeights(
            labels.Length,
            (weights, resample) =>
            {
                var scores = table.Scores(weights, ranked: resample < ranked);
                return new Dictionary<string, double>(scores.Figures()) { ["accuracy"] = scores.Accuracy };
            },
            stream,
            resamples,
            level);
    }

    /// <summary>All that one number can tell, by name, without the accuracy that every evaluation reports.</summary>
    public IReadOnlyDictionary<string, double> Figures()
    {
        var figures = new Dictionary<string, double>
        {
            ["balancedAccuracy"] = BalancedAccuracy,
            ["logLoss"] = LogLoss,
            ["brier"] = Brier,
            ["macroF1"] = MacroF1,
            ["rocAuc"] = RocAucMacro,
            ["prAuc"] = PrAucMacro,
            ["ece"] = Ece,
        };
        foreach (var (k, share) in TopK) figures[string.Create(CultureInfo.InvariantCulture, $"top{k}")] = share;
        return figures;
    }
}
