using System.Diagnostics;
using System.Globalization;
using GenDisc.Core.Data;

namespace GenDisc.Benchmarks;

/// <summary>
/// Seconds of one epoch with GenDisc, with a straightforward TorchSharp loop and of the bare matrix products, in turn
/// within one process: the machine's mood hits all alike, so the ratios mean something.
/// </summary>
internal static class Comparison
{
    public static string Header { get; } =
        $"{"model",-8} {"GenDisc s",9} {"plain s",8} {"plain/GenDisc",13} {"(min-max)",11} {"floor s",8} {"floor/GenDisc",13} {"peak MB",8} {"B/step",8}";

    public static string Row(Design design, Dataset all, int rounds)
    {
        var data = TrainingData.First(all, design.Examples);
        SameWork.CheckSteps(design, data);
        using var ours = design.Ours(data);
        using var plain = new Plain(design.Plain(), data);
        using var floor = new Floor(design, data.Count, TrainingData.BatchSize);
        var (firstOurs, firstPlain) = (ours.Epoch(), plain.Epoch());
        var (lastOurs, lastPlain, allocated) = (firstOurs, firstPlain, 0L);
        var (mine, theirs, bare) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            mine.Add(Seconds(() =>
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                lastOurs = ours.Epoch();
                allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            }));
            theirs.Add(Seconds(() => lastPlain = plain.Epoch()));
            bare.Add(Seconds(floor.Epoch));
        }

        if (!SameWork.CheckEquallyGood(design, data, ours, plain))
        {
            SameWork.CheckFalling($"{design.Name}, GenDisc", firstOurs, lastOurs);
            SameWork.CheckFalling($"{design.Name}, by hand", firstPlain, lastPlain);
        }

        var ratios = mine.Zip(theirs, (a, b) => b / a).ToList();
        var spread = string.Create(CultureInfo.InvariantCulture, $"({ratios.Min():F2}-{ratios.Max():F2})");
        var (a, b, c) = (Median.Of(mine), Median.Of(theirs), Median.Of(bare));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{design.Name,-8} {a,9:F2} {b,8:F2} {b / a,13:F2} {spread,11} {c,8:F2} {100 * c / a,11:F0} % {Machine.PeakMegabytes,8:F0} {allocated / Batches.CountOf(data.Count, TrainingData.BatchSize),8}{(data.Count < all.Count ? $"  ({data.Count} examples)" : "")}");
    }

    /// <summary>Collects first, so that no one pays for another's garbage.</summary>
    private static double Seconds(Action epoch)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var clock = Stopwatch.StartNew();
        epoch();
        return clock.Elapsed.TotalSeconds;
    }
}
