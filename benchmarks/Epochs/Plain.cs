using GenDisc.Core.Data;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>
/// A training loop as a TorchSharp user would write it: the data as one float tensor in memory, rows picked by a random
/// permutation, the figure that the model reports summed up for the epoch.
/// </summary>
internal sealed class Plain : ISide
{
    private readonly HandWritten model;
    private readonly Tensor x;
    private readonly Tensor y;

    public Plain(HandWritten model, Dataset data)
    {
        this.model = model;
        x = tensor(data.Pixels.ToArray(), dtype: uint8).reshape([data.Count, .. data.ExampleShape]).to(float32).div_(255);
        y = tensor(data.Labels.ToArray(), dtype: int64);
    }

    public nn.Module Module => model;

    public double Epoch()
    {
        using var order = randperm(x.shape[0]);
        var (steps, sum) = (0, 0.0);
        for (long start = 0; start < x.shape[0]; start += TrainingData.BatchSize)
        {
            using var scope = NewDisposeScope();
            sum += Step(order.slice(0, start, Math.Min(start + TrainingData.BatchSize, x.shape[0]), 1));
            steps++;
        }

        return sum / steps;
    }

    public double Step(int[] rows)
    {
        using var scope = NewDisposeScope();
        return Step(tensor(rows, dtype: int64));
    }

    public void Dispose()
    {
        foreach (var part in (IDisposable[])[x, y, model]) part.Dispose();
    }

    private double Step(Tensor rows) => model.Learn(x.index_select(0, rows), y.index_select(0, rows));
}
