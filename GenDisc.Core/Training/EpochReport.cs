namespace GenDisc.Core.Training;

/// <summary>What one epoch gave. Metrics are means over examples.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Seconds">Wall time of the epoch with its validation.</param>
/// <param name="ExamplesPerSecond">Of the training batches alone.</param>
/// <param name="LearningRate">At the epoch's last step.</param>
/// <param name="Weights">Weight of every term.</param>
/// <param name="Train">
/// Running means over the epoch's batches; of a machine's free energy the mean after the epoch, of as many training examples
/// as are set aside for validation, at most 2000, the same in every epoch.
/// </param>
/// <param name="Validation">
/// Means after the epoch, of averaged weights where they are averaged; empty without a validation part.
/// </param>
public sealed record EpochReport(
    int Epoch,
    double Seconds,
    double ExamplesPerSecond,
    double LearningRate,
    IReadOnlyDictionary<string, double> Weights,
    IReadOnlyDictionary<string, double> Train,
    IReadOnlyDictionary<string, double> Validation);

/// <summary>What training came to.</summary>
/// <param name="Epochs">One report each.</param>
/// <param name="BestEpoch">
/// With patience, the epoch whose weights the model now has; without, the last one finished, after which an interrupted
/// model has learnt some batches more. 0 when none was finished.
/// </param>
/// <param name="Interrupted">Cancelled before it was through.</param>
/// <param name="StoppedEarly">Patience ran out.</param>
/// <param name="Seconds">Wall time with validation.</param>
/// <param name="ExamplesPerSecond">Of the training batches alone.</param>
/// <param name="Raw">
/// Where weights are averaged: validation figures of the last epoch's own weights, to be held against those of the average in
/// the last of <paramref name="Epochs"/>. Null without an average or a validation part, and where training was interrupted.
/// </param>
public sealed record TrainingOutcome(
    IReadOnlyList<EpochReport> Epochs,
    int BestEpoch,
    bool Interrupted,
    bool StoppedEarly,
    double Seconds,
    double ExamplesPerSecond,
    SortedDictionary<string, double>? Raw = null);
