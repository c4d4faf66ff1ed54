using System.Diagnostics;
using GenDisc.Core.Data;
using GenDisc.Core.Runtime;
using TorchSharp;

namespace GenDisc.Core.Training;

/// <summary>How long and in what steps.</summary>
/// <param name="Epochs">At least 1.</param>
/// <param name="BatchSize">At least 1; the last batch of an epoch may be smaller.</param>
/// <param name="Schedule">Of the learning rate, followed step by step.</param>
/// <param name="Patience">
/// Stop when the validation loss has not improved for so many epochs, and restore the best weights; null: never.
/// </param>
/// <param name="Augmenter">Changes the images that are trained on, and those alone; null: they stay as they are.</param>
/// <param name="Average">
/// Decay of a <see cref="WeightAverage"/> of the steps, in (0, 1): what is validated and what remains is the average; null: no
/// average.
/// </param>
/// <param name="Kernels">Hand-written kernels of the average where they fit, else tensor operations only.</param>
public sealed record TrainerOptions(
    int Epochs,
    int BatchSize,
    RateSchedule Schedule,
    int? Patience = null,
    Augmenter? Augmenter = null,
    double? Average = null,
    bool Kernels = true);

/// <summary>
/// The loop: epochs of shuffled batches, each followed by a look at the validation part. Where that part is larger than what
/// an epoch trains on, as with few labels, and nothing stops early by it, it is looked at only after as many examples as it
/// holds itself, and after the last epoch: looking would else take most of the time.
/// </summary>
public sealed class Trainer(TrainerOptions options, ITrainingObserver observer)
{
    private const int StepsBetweenTrims = 100;

    /// <summary>Training examples that are looked at after an epoch, at most.</summary>
    private const int MostSampled = 2000;

    private readonly ExcessMemory excess = new();
    private bool told;

    /// <summary>
    /// Examples at a time in evaluation. Larger batches of images cost more in fresh memory pages than they save.
    /// </summary>
    public const int EvaluationBatch = 128;

    /// <summary>
    /// Trains until the epochs are through, patience runs out or <paramref name="cancel"/> asks to stop, which takes
    /// effect after the batch in hand.
    /// </summary>
    /// <exception cref="DivergedException">
    /// A loss, the validation loss or a parameter is not finite. Epochs reported before stand.
    /// </exception>
    /// <exception cref="UserError">
    /// The data have no validation part to stop early by, fill no batch, or are not images that the augmenter fits.
    /// </exception>
    public TrainingOutcome Fit(ILearner learner, Splits splits, Streams streams, torch.Device device, CancellationToken cancel)
    {
        CheckFits(learner, splits);
        var (shuffle, augmentation) = (streams.Shuffle, streams.Augmentation);
        var labelled = LabelledRows.Of(splits.Train, streams.Labelled);
        var sample = SampleOf(splits, streams.Monitor);
        var clock = Stopwatch.StartNew();
        var reports = new List<EpochReport>();
        var (best, bestLoss) = (0, double.PositiveInfinity);
        var sinceValidation = 0L;
        told = false;
        ModelState? kept = null;
        using var average = options.Average is { } decay ? new WeightAverage(learner.Module, decay, options.Kernels) : null;
        double batchSeconds = 0;
        long examples = 0;
        try
        {
            for (var epoch = 1; epoch <= options.Epochs && !cancel.IsCancellationRequested; epoch++)
            {
                var began = clock.Elapsed.TotalSeconds;
                var tally = new Tally();
                var last = RunBatches(epoch, learner, average, splits.Train, shuffle, augmentation, labelled, device, tally, cancel);
                if (last is not { } factor) break;
                var trained = clock.Elapsed.TotalSeconds - began;
                // A step leaves so little garbage that the collector would let it pile up for tens of epochs.
                GC.Collect(0);
                CheckParameters(epoch, learner, splits.Train, factor);
                batchSeconds += trained;
                examples += splits.Train.Count;
                average?.Exchange();
                using (var draws = streams.Evaluation("sample", device)) learner.EpochEnd(sample, draws, tally, device);
                sinceValidation += splits.Train.Count;
                var due = options.Patience is not null || epoch == options.Epochs || sinceValidation >= splits.Validation.Count;
                if (due) sinceValidation = 0;
                var validation = splits.Validation.Count == 0 || !due
                    ? []
                    : Evaluate(learner, splits.Validation, streams.Evaluation("validation", device), device);
                var report = new EpochReport(
                    epoch,
                    clock.Elapsed.TotalSeconds - began,
                    splits.Train.Count / trained,
                    learner.Rate * factor,
                    learner.WeightsAt(epoch),
                    tally.Means(),
                    validation);
                CheckValidation(report, splits.Train);
                reports.Add(report);
                observer.EpochDone(report);
                if (options.Patience is null)
                {
                    best = epoch;
                }
                else if (validation["loss"] < bestLoss)
                {
                    (best, bestLoss) = (epoch, validation["loss"]);
                    kept?.Dispose();
                    kept = ModelState.Capture(learner.Module);
                }

                average?.Exchange();
                if (epoch - best >= options.Patience) break;
            }

            var interrupted = cancel.IsCancellationRequested && reports.Count < options.Epochs;
            var raw = average is null || interrupted || splits.Validation.Count == 0
                ? null
                : Evaluate(learner, splits.Validation, streams.Evaluation("validation", device), device);
            average?.Exchange();
            kept?.Restore(learner.Module);
            return new TrainingOutcome(
                reports,
                best,
                interrupted,
                !interrupted && reports.Count < options.Epochs,
                clock.Elapsed.TotalSeconds,
                batchSeconds > 0 ? examples / batchSeconds : 0,
                raw);
        }
        finally
        {
            kept?.Dispose();
        }
    }

    /// <summary>Means over a split, on the model as it stands.</summary>
    public static SortedDictionary<string, double> Evaluate(
        ILearner learner, Split split, torch.Generator noise, torch.Device device, IEvaluationSink? sink = null)
    {
        using var draws = noise;
        var tally = new Tally();
        foreach (var batch in Batches.Sequential(split, EvaluationBatch, device))
        {
            using (batch) learner.Evaluate(batch, draws, tally, sink);
        }

        return tally.Means();
    }

    /// <summary>Training examples, as many as there are for validation; without those as many as there may be.</summary>
    private static Split SampleOf(Splits splits, RandomStream stream) => splits.Train.Sample(
        splits.Validation.Count == 0 ? MostSampled : Math.Min(MostSampled, splits.Validation.Count), stream);

    private void CheckFits(ILearner learner, Splits splits)
    {
        if (options.Patience is not null && splits.Validation.Count == 0)
            throw new UserError(
                "early stopping watches the validation loss, but no example is set aside for validation.\n"
                + "Set a part of the training data aside, or leave early stopping out.");
        if (Math.Min(options.BatchSize, splits.Train.Count) < learner.SmallestBatch)
            throw new UserError(
                $"batch normalisation needs at least {learner.SmallestBatch} examples in a batch, but the batch size is "
                + $"{options.BatchSize} and there are {splits.Train.Count} training examples.\n"
                + "Choose a larger batch, or train on more examples.");
    }

    /// <summary>A last step can spoil the weights and leave no loss to tell it.</summary>
    private void CheckParameters(int epoch, ILearner learner, Split train, double factor)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.no_grad();
        foreach (var (name, parameter) in learner.Module.named_parameters())
        {
            if (parameter.isfinite().all().ToBoolean()) continue;
            var worst = parameter.abs().max().ToDouble();
            throw new DivergedException(name, worst, epoch, StepsOf(train), learner.Rate * factor);
        }
    }

    private void CheckValidation(EpochReport report, Split train)
    {
        if (!report.Validation.TryGetValue("loss", out var loss) || double.IsFinite(loss)) return;
        var culprit = report.Weights.Keys
            .FirstOrDefault(term => report.Validation.TryGetValue(term, out var v) && !double.IsFinite(v), "loss");
        throw new DivergedException(
            $"validation {culprit}", report.Validation[culprit], report.Epoch, StepsOf(train), report.LearningRate);
    }

    private void TellUnreached(ILearner learner)
    {
        if (told || learner.Unreached is not { Count: > 0 } unreached) return;
        told = true;
        observer.Warn($"no gradient reaches {string.Join(", ", unreached)}: the loss does not depend on it");
    }

    /// <summary>One step, and what the learner has to tell of it: also when it gave up.</summary>
    private double Step(ILearner learner, Batch batch, StepSettings settings, Tally tally)
    {
        try
        {
            return learner.Step(batch, settings, tally);
        }
        finally
        {
            var notices = learner.TakeNotices();
            for (var i = 0; i < notices.Count; i++) observer.Warn(notices[i]);
        }
    }

    private int StepsOf(Split train) => Batches.CountOf(train.Count, options.BatchSize);

    /// <returns>The last step's factor on the rate, or null when the epoch was cut short.</returns>
    private double? RunBatches(
        int epoch,
        ILearner learner,
        WeightAverage? average,
        Split train,
        RandomStream shuffle,
        RandomStream augmentation,
        LabelledRows? labelled,
        torch.Device device,
        Tally tally,
        CancellationToken cancel)
    {
        var batches = StepsOf(train);
        var clock = Stopwatch.StartNew();
        var (step, seen, factor) = (0, 0L, 0.0);
        var wentBack = learner.WentBack;
        foreach (var batch in Batches.Shuffled(train, options.BatchSize, shuffle, device, options.Augmenter, augmentation, labelled))
        {
            using (batch)
            {
                step++;
                if (batch.Count < learner.SmallestBatch) continue;
                // The middle of the step: a warm-up starts above zero and a decay falls on the boundary of epochs.
                factor = options.Schedule.FactorAt(epoch - 1 + ((step - 0.5) / batches));
                var loss = Step(learner, batch, new StepSettings(epoch, step, factor), tally);
                if (learner.WentBack == wentBack) average?.Update();
                else average?.Restart();
                wentBack = learner.WentBack;
                TellUnreached(learner);
                seen += batch.Own;
                if (step % StepsBetweenTrims == 0) excess.Return();
                observer.BatchDone(epoch, step, batches, seen / clock.Elapsed.TotalSeconds, loss);
            }

            if (cancel.IsCancellationRequested && step < batches) return null;
        }

        return factor;
    }
}
