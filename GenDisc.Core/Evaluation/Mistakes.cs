namespace GenDisc.Core.Evaluation;

/// <summary>Examples that were taken for another class.</summary>
public static class Mistakes
{
    /// <summary>Rows of the misclassified examples, the most confident first and equally confident ones in order.</summary>
    /// <param name="probabilities">`[examples][classes]`</param>
    /// <param name="most">At most so many.</param>
    public static int[] Worst(double[][] probabilities, int[] labels, int most) =>
    [
        .. Enumerable.Range(0, labels.Length)
            .Where(i => Calibration.IndexOfTop(probabilities[i]) != labels[i])
            .OrderByDescending(i => probabilities[i].Max())
            .Take(most),
    ];
}
