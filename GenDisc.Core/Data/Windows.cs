using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>Cuts a series into examples for forecasting: some steps of history, and those that follow as the target.</summary>
public static class Windows
{
    /// <summary>Of examples or targets: every window is a copy, so a careless history could take all memory.</summary>
    private const long MostNumbers = 1L << 29;

    /// <summary>
    /// The series is divided in order of time: the last <paramref name="testShare"/> of all steps is the test segment,
    /// the last <paramref name="validationShare"/> of the others the validation segment, the rest the training segment.
    /// A training window lies wholly inside its segment; of other windows the target does, while the history may reach
    /// back into earlier segments, as it does when one forecasts. Every column is standardised by the mean and the
    /// deviation of the training segment. So nothing that is trained on depends on later steps.
    /// </summary>
    /// <param name="series">Finite values.</param>
    /// <param name="history">Steps of an example, at least 1.</param>
    /// <param name="horizon">Steps of a target, at least 1.</param>
    /// <param name="testShare">Above 0 and below 1; rounded to whole steps.</param>
    /// <param name="validationShare">In [0, 1); 0 sets nothing aside.</param>
    /// <param name="take">Training windows to keep, the latest ones, or null for all.</param>
    /// <exception cref="UserError">The series is too short or not finite, or a setting is out of range.</exception>
    public static WindowedSeries Make(
        Series series, int history, int horizon, double testShare, double validationShare, int? take)
    {
        CheckSettings(series, history, horizon, testShare, validationShare);
        var test = (int)Math.Round(testShare * series.Steps);
        var validation = (int)Math.Round(validationShare * (series.Steps - test));
        var train = series.Steps - test - validation;
        CheckSteps(series, "training", train, (long)history + horizon, "a history and a horizon");
        if (validationShare > 0) CheckSteps(series, "validation", validation, horizon, "a horizon");
        CheckSteps(series, "test", test, horizon, "a horizon");

        var scaling = Fit(series, train);
        var cut = new Cutter(series, Standardised(series, scaling), scaling, history, horizon);
        var trainData = cut.Targets(history, train);
        return new WindowedSeries(
            new Splits(
                Latest(trainData, take),
                validation > 0 ? Split.All(cut.Targets(train, train + validation)) : new Split(trainData, default),
                Split.All(cut.Targets(train + validation, series.Steps))),
            series,
            scaling,
            history,
            horizon,
            TestStart: train + validation,
            TrainSteps: train,
            ValidationSteps: validation);
    }

    private static void CheckSettings(Series series, int history, int horizon, double testShare, double validationShare)
    {
        if (history < 1) throw new UserError($"Series {series.Name}: a history of {history} steps; it must be at least 1.");
        if (horizon < 1) throw new UserError($"Series {series.Name}: a horizon of {horizon} steps; it must be at least 1.");
        if (!(testShare is > 0 and < 1))
            throw new UserError(FormattableString.Invariant(
                $"Series {series.Name}: the test share is {testShare}, but it must be above 0 and below 1."));
        if (!(validationShare is >= 0 and < 1))
            throw new UserError(FormattableString.Invariant(
                $"Series {series.Name}: the validation share is {validationShare}, but it must be at least 0 and below 1."));
        var wrong = Array.FindIndex(series.Values, value => !float.IsFinite(value));
        if (wrong < 0) return;
        var (step, column) = Math.DivRem(wrong, series.Columns.Length);
        throw new UserError(FormattableString.Invariant(
            $"Series {series.Name}: column {series.Columns[column]} is {series.Values[wrong]} at step {step} (counted from 0); ")
            + "only finite numbers can be learnt from. Fill or leave out what is missing.");
    }

    private static void CheckSteps(Series series, string segment, int steps, long needed, string what)
    {
        if (steps < needed)
            throw new UserError(
                $"Series {series.Name}: of its {series.Steps} steps {steps} are in the {segment} segment, but {what} need "
                + $"at least {needed}. Choose a shorter history or horizon, other shares, or a longer series.");
    }

    private static Scaling Fit(Series series, int steps)
    {
        var columns = series.Columns.Length;
        var moments = new ColumnMoments(columns);
        for (var t = 0; t < steps; t++) moments.Add(series.Values.AsSpan(t * columns, columns));
        return moments.ToScaling();
    }

    private static float[] Standardised(Series series, Scaling scaling)
    {
        var columns = series.Columns.Length;
        var values = new float[series.Values.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (float)scaling.Apply(i % columns, series.Values[i]);
        return values;
    }

    private static Split Latest(Dataset data, int? take)
    {
        if (take is not { } wanted) return Split.All(data);
        if (wanted < 1 || wanted > data.Count)
            throw new UserError(
                $"Series {data.Name}: take {wanted} asks for other than 1 to {data.Count}, the number of training windows. "
                + "Take so many, or leave take out to train on all.");
        return new Split(data, Enumerable.Range(data.Count - wanted, wanted).ToArray());
    }

    /// <param name="Values">[steps, columns], standardised.</param>
    private sealed record Cutter(Series Series, float[] Values, Scaling Scaling, int History, int Horizon)
    {
        /// <summary>All windows whose targets lie within the steps from the first to before the end.</summary>
        public Dataset Targets(int first, int end)
        {
            var columns = Series.Columns.Length;
            var count = end - Horizon - first + 1;
            if ((long)count * Math.Max((long)History, Horizon) * columns > MostNumbers)
                throw new UserError(
                    $"Series {Series.Name}: {count} windows of {History} and {Horizon} steps of {columns} columns take more "
                    + $"than the {MostNumbers * sizeof(float) >> 30} GB of memory allowed. "
                    + "Choose a shorter history or horizon.");

            var (example, target) = (History * columns, Horizon * columns);
            var examples = new float[count * example];
            var targets = new float[count * target];
            for (var i = 0; i < count; i++)
            {
                Values.AsSpan((first + i - History) * columns, example).CopyTo(examples.AsSpan(i * example));
                Values.AsSpan((first + i) * columns, target).CopyTo(targets.AsSpan(i * target));
            }

            return Dataset.OfTargets(Series.Name, [History, columns], examples, target, targets, Repeated());
        }

        /// <summary>The series' scaling for each number of a target.</summary>
        private Scaling Repeated()
        {
            var steps = Enumerable.Range(0, Horizon);
            return new Scaling([.. steps.SelectMany(_ => Scaling.Mean)], [.. steps.SelectMany(_ => Scaling.Deviation)]);
        }
    }
}
