namespace GenDisc.Core.Evaluation;

/// <summary>Curves over the threshold of a score, thinned to what a figure can show.</summary>
public static class Curves
{
    private const int MostPoints = 200;

    /// <summary>
    /// Share of negatives (X) and of positives (Y) that score at least a falling threshold, from (0, 0) to (1, 1).
    /// </summary>
    /// <param name="scores">One an example; higher speaks for a positive.</param>
    /// <returns>At most 200 points; none unless both positives and negatives occur.</returns>
    public static CurvePoint[] Roc(double[] scores, bool[] positives)
    {
        var (yes, no) = Totals(positives);
        if (yes == 0 || no == 0) return [];
        var counts = new Ranking(scores, positives).Counts();
        return Thin([new(0, 0), .. counts.Select(c => new CurvePoint((double)c.Negatives / no, (double)c.Positives / yes))]);
    }

    /// <summary>
    /// Recall (X) and precision (Y) of a falling threshold, from recall 0 at the first threshold's precision.
    /// </summary>
    /// <param name="scores">One an example; higher speaks for a positive.</param>
    /// <returns>At most 200 points; none without positives.</returns>
    public static CurvePoint[] PrecisionRecall(double[] scores, bool[] positives)
    {
        var (yes, _) = Totals(positives);
        if (yes == 0) return [];
        CurvePoint[] points =
        [
            .. new Ranking(scores, positives).Counts()
                .Select(c => new CurvePoint((double)c.Positives / yes, (double)c.Positives / (c.Positives + c.Negatives))),
        ];
        return Thin([new(0, points[0].Y), .. points]);
    }

    private static (int Positives, int Negatives) Totals(bool[] positives)
    {
        var yes = positives.Count(p => p);
        return (yes, positives.Length - yes);
    }

    /// <summary>Points evenly along the curve and not along the examples, most of which sit where it hardly moves.</summary>
    private static CurvePoint[] Thin(CurvePoint[] points)
    {
        if (points.Length <= MostPoints) return points;
        var lengths = new double[points.Length];
        for (var i = 1; i < points.Length; i++)
            lengths[i] = lengths[i - 1] + Math.Abs(points[i].X - points[i - 1].X) + Math.Abs(points[i].Y - points[i - 1].Y);
        var kept = new List<CurvePoint> { points[0] };
        var stretch = lengths[^1] / (MostPoints - 1);
        var next = stretch;
        for (var i = 1; i < points.Length - 1; i++)
        {
            if (lengths[i] < next) continue;
            kept.Add(points[i]);
            next = stretch * (Math.Floor(lengths[i] / stretch) + 1);
        }

        kept.Add(points[^1]);
        return [.. kept];
    }
}
