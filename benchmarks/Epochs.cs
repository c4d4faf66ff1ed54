using System.Diagnostics;
using System.Globalization;
using GenDisc.Core.Data;
using GenDisc.Core.Runtime;

namespace GenDisc.Benchmarks;

/// <summary>
/// Seconds of one epoch, GenDisc against a straightforward TorchSharp loop of the same model on the same data, in turn
/// within one process: the machine's mood hits both alike, so the ratio means something.
/// </summary>
internal static class Epochs
{
    public const int BatchSize = 128;

    public static void Run(int rounds)
    {
        TorchRuntime.Init();
        var data = Load();
        Console.WriteLine($"{MachineInfo.Read("cpu")}");
        Console.WriteLine($"{data.Name}: {data.Count} examples, batch {BatchSize}, median of {rounds} rounds after one warm-up\n");
        Console.WriteLine($"{"model",-8} {"GenDisc s",10} {"plain s",10} {"plain/GenDisc",14} {"kB/step",9} {"resident MB",12}");
        foreach (var name in new[] { "mlp", "hybrid" })
        {
            using var ours = new Ours(name, data);
            using var plain = new Plain(name, data);
            ours.Epoch();
            plain.Epoch();
            var (mine, theirs, allocated) = (new List<double>(), new List<double>(), 0.0);
            for (var round = 0; round < rounds; round++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                mine.Add(Seconds(ours.Epoch));
                allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / 1024.0 / Batches.CountOf(data.Count, BatchSize);
                theirs.Add(Seconds(plain.Epoch));
            }

            var (a, b) = (Median(mine), Median(theirs));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-8} {a,10:F2} {b,10:F2} {b / a,14:F2} {allocated,9:F1} {Environment.WorkingSet / 1e6,12:F0}"));
        }
    }

    private static Dataset Load()
    {
        var folder = Environment.GetEnvironmentVariable("GENDISC_DATA");
        var store = new DataStore(new DataStoreOptions(folder, Path.GetTempPath()) { AllowDownload = false });
        return store.Load(folder is null ? "digits" : "mnist", null, CancellationToken.None).Train;
    }

    private static double Seconds(Action epoch)
    {
        var clock = Stopwatch.StartNew();
        epoch();
        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
