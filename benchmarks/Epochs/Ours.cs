using GenDisc.Core.Data;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>Trains as GenDisc's trainer does: its batches, its learner, its tally of losses and accuracy.</summary>
internal sealed class Ours(ILearner learner, Dataset data) : ISide
{
    private readonly Split split = Split.All(data);
    private readonly RandomStream shuffle = new(1, "shuffle");
    private int epoch;

    public ILearner Learner => learner;

    public torch.nn.Module Module => learner.Module;

    public double Epoch()
    {
        epoch++;
        var (tally, step, sum) = (new Tally(), 0, 0.0);
        foreach (var batch in Batches.Shuffled(split, TrainingData.BatchSize, shuffle, torch.CPU))
        {
            using (batch) sum += learner.Step(batch, new StepSettings(epoch, ++step, 1), tally);
        }

        return sum / step;
    }

    public double Step(int[] rows)
    {
        using var batch = Batches.Gather(data, rows, torch.CPU);
        return learner.Step(batch, new StepSettings(1, 1, 1), new Tally());
    }

    public void Dispose()
    {
        learner.Dispose();
        learner.Module.Dispose();
    }
}
