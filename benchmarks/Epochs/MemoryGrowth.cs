using System.Globalization;
using GenDisc.Core.Data;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>
/// Whether memory stays where it is while the trainer runs: resident size after the second epoch and after the last.
/// </summary>
internal sealed class MemoryGrowth : ITrainingObserver
{
    public const int FewestEpochs = 3;
    private double early;
    private double late;

    public static string Header { get; } = $"{"model",-8} {"MB after 2",10} {"MB after last",13} {"change",8} {"peak MB",8}";

    public static string Row(Design design, Dataset data, int epochs)
    {
        using var ours = design.Ours(data);
        var watch = new MemoryGrowth();
        var streams = new Streams(1);
        var splits = Splits.Make(data, data, 0, null, streams.Take);
        new Trainer(new TrainerOptions(epochs, TrainingData.BatchSize, new ConstantRate(epochs)), watch)
            .Fit(ours.Learner, splits, streams, torch.CPU, CancellationToken.None);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{design.Name,-8} {watch.early,10:F1} {watch.late,13:F1} {(watch.late / watch.early) - 1,8:+0.0 %;-0.0 %} {Machine.PeakMegabytes,8:F0}");
    }

    public void BatchDone(int epoch, int batch, int batches, double examplesPerSecond, double loss)
    {
    }

    public void EpochDone(EpochReport report)
    {
        late = Machine.ResidentMegabytes;
        if (report.Epoch == 2) early = late;
    }

    public void Warn(string message)
    {
    }
}
