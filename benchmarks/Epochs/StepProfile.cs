using System.Diagnostics;
using System.Globalization;
using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Optimisers;
using GenDisc.Core.Models;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>Where a training step's time goes: medians over an epoch, beside the matrix products alone.</summary>
internal static class StepProfile
{
    private static readonly string[] Parts = ["gather", "forward", "losses", "backward", "update", "dispose"];

    public static string Header { get; } =
        $"{"model",-8}{string.Concat(Parts.Select(part => $"{part,10}"))}{"sum",10}{"products",10}   µs a step";

    public static string Row(Design design, Dataset data)
    {
        using var ours = design.Ours(data);
        using var floor = new Floor(design, data.Count, TrainingData.BatchSize);
        ours.Epoch();
        floor.Epoch();
        var clock = Stopwatch.StartNew();
        floor.Epoch();
        var products = clock.Elapsed.TotalMicroseconds / Batches.CountOf(data.Count, TrainingData.BatchSize);
        var medians = Medians(design, (HybridModel)ours.Module, data);
        var cells = medians.Append(medians.Sum()).Append(products);
        return $"{design.Name,-8}{string.Concat(cells.Select(us => string.Create(CultureInfo.InvariantCulture, $"{us,10:F0}")))}";
    }

    private static double[] Medians(Design design, HybridModel model, Dataset data)
    {
        using var objective = Objective.Of(design.Terms(model), kernels: true);
        using var update = ParameterUpdate.For(design.Optimiser, [.. model.parameters()], kernels: true);
        using var noise = new Streams(1).Noise(torch.CPU);
        var order = Enumerable.Range(0, data.Count).ToArray();
        new RandomStream(1, "profile").Shuffle<int>(order);
        var times = Parts.Select(_ => new List<double>()).ToArray();
        for (var at = 0; at + TrainingData.BatchSize <= order.Length; at += TrainingData.BatchSize)
        {
            var (part, clock) = (0, Stopwatch.StartNew());
            void Done()
            {
                times[part++].Add(clock.Elapsed.TotalMicroseconds);
                clock.Restart();
            }

            using (var batch = Batches.Gather(data, order.AsSpan(at, TrainingData.BatchSize), torch.CPU))
            {
                Done();
                using (torch.NewDisposeScope())
                {
                    var output = model.Forward(batch.X, noise);
                    Done();
                    objective.Evaluate(output, batch, epoch: 1, learns: true);
                    Done();
                    objective.Backward();
                    Done();
                    update.Step(design.Optimiser.Rate, 1);
                    Done();
                }
            }

            Done();
        }

        return [.. times.Select(Median.Of)];
    }
}
