using System.Collections.Immutable;
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
    /// deviation of the values known in the training segment. So nothing that is trained on depends on later steps.
    /// A missing value of a history is the last known one before it in its column or, where there is none, the column's
    /// mean in the training segment. A window with a missing value in its target is left out, whatever its segment.
    /// </summary>
    /// <param name="series">Finite values, or NaN where missing.</param>
    /// <param name="history">Steps of an example, at least 1.</param>
    /// <param name="horizon">Steps of a target, at least 1.</param>
    /// <param name="testShare">Above 0 and below 1; rounded to whole steps.</param>
    /// <param name="validationShare">In [0, 1); 0 sets nothing aside.</param>
    /// <param name="take">Training windows to keep, the latest ones, or null for all.</param>
    /// <exception cref="UserError">The series is too short, infinite or not known where it must be, or a setting is out of range.</exception>
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
        var filled = Filled(series, scaling);
        var cut = new Cutter(series, Standardised(filled, scaling), scaling, history, horizon);
        var testSteps = cut.Steps("test", train + validation, series.Steps);
        var trainData = cut.Windows(cut.Steps("training", history, train));
        return new WindowedSeries(
            new Splits(
                Latest(trainData, take),
                validation > 0
                    ? Split.All(cut.Windows(cut.Steps("validation", train, train + validation)))
                    : new Split(trainData, default),
                Split.All(cut.Windows(testSteps))),
            series,
            filled,
            scaling,
            history,
            horizon,
            TestStart: train + validation,
            TestSteps: testSteps,
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
        var wrong = Array.FindIndex(series.Values, float.IsInfinity);
        if (wrong < 0) return;
        var (step, column) = Math.DivRem(wrong, series.Columns.Length);
        throw new UserError(FormattableString.Invariant(
            $"Series {series.Name}: column {series.Columns[column]} is {series.Values[wrong]} at step {step} (counted from 0); ")
            + "only finite numbers can be learnt from. Correct it, or mark it as missing.");
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
        if (moments.FirstUnknown() is var unknown and >= 0)
            throw new UserError(
                $"Series {series.Name}: column {series.Columns[unknown]} is missing in all {steps} steps of the training segment. "
                + "Leave the column out, or leave out the steps before it is known.");
        return moments.ToScaling();
    }

    /// <summary>The values with every missing one replaced by what is known without looking ahead.</summary>
    private static float[] Filled(Series series, Scaling scaling)
    {
        if (!Array.Exists(series.Values, float.IsNaN)) return series.Values;
        var columns = series.Columns.Length;
        var filled = new float[series.Values.Length];
        for (var i = 0; i < filled.Length; i++)
        {
            var value = series.Values[i];
            filled[i] = !float.IsNaN(value) ? value : i >= columns ? filled[i - columns] : (float)scaling.Mean[i];
        }

        return filled;
    }

    private static float[] Standardised(float[] values, Scaling scaling)
    {
        var scaled = new float[values.Length];
        for (var i = 0; i < values.Length; i++) scaled[i] = (float)scaling.Apply(i % scaling.Columns, values[i]);
        return scaled;
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

    /// <param name="Series">Tells what is missing.</param>
    /// <param name="Values">[steps, columns], filled and standardised.</param>
    private sealed record Cutter(Series Series, float[] Values, Scaling Scaling, int History, int Horizon)
    {
        /// <summary>Where targets begin that lie, with no value missing, within the steps from the first to before the end.</summary>
        public ImmutableArray<int> Steps(string segment, int first, int end)
        {
            var steps = ImmutableArray.CreateBuilder<int>();
            var known = 0;
            for (var t = first; t < end; t++)
            {
                known = IsKnown(t) ? known + 1 : 0;
                if (known >= Horizon) steps.Add(t - Horizon + 1);
            }

            return steps.Count > 0
                ? steps.ToImmutable()
                : throw new UserError(
                    $"Series {Series.Name}: every target of the {segment} segment has a missing value: nowhere in its {end - first} steps "
                    + $"are {Horizon} in a row known in all columns. Choose a shorter horizon, other shares, or fewer columns.");
        }

        /// <summary>The windows whose targets begin at these steps.</summary>
        public Dataset Windows(ImmutableArray<int> steps)
        {
            var columns = Series.Columns.Length;
            if ((long)steps.Length * Math.Max((long)History, Horizon) * columns > MostNumbers)
                throw new UserError(
                    $"Series {Series.Name}: {steps.Length} windows of {History} and {Horizon} steps of {columns} columns take more "
                    + $"than the {MostNumbers * sizeof(float) >> 30} GB of memory allowed. "
                    + "Choose a shorter history or horizon.");

            var (example, target) = (History * columns, Horizon * columns);
            var examples = new float[steps.Length * example];
            var targets = new float[steps.Length * target];
            for (var i = 0; i < steps.Length; i++)
            {
                Values.AsSpan((steps[i] - History) * columns, example).CopyTo(examples.AsSpan(i * example));
                Values.AsSpan(steps[i] * columns, target).CopyTo(targets.AsSpan(i * target));
            }

            return Dataset.OfTargets(Series.Name, [History, columns], examples, target, targets, Repeated());
        }

        private bool IsKnown(int step)
        {
            var columns = Series.Columns.Length;
            foreach (var value in Series.Values.AsSpan(step * columns, columns))
            {
                if (float.IsNaN(value)) return false;
            }

            return true;
        }

        /// <summary>The series' scaling for each number of a target.</summary>
        private Scaling Repeated()
        {
            var steps = Enumerable.Range(0, Horizon);
            return new Scaling([.. steps.SelectMany(_ => Scaling.Mean)], [.. steps.SelectMany(_ => Scaling.Deviation)]);
        }
    }
}
