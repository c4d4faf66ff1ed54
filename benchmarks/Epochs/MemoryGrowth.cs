using System.Globalization;
using GenDisc.Core.Data;

namespace GenDisc.Benchmarks;

/// <summary>Whether memory stays where it is: resident size after the second epoch and after the last.</summary>
internal static class MemoryGrowth
{
    public const int FewestEpochs = 3;

    public static string Header { get; } = $"{"model",-8} {"MB after 2",10} {"MB after last",13} {"change",8} {"peak MB",8}";

    public static string Row(Design design, Dataset data, int epochs)
    {
        using var ours = design.Ours(data);
        var early = 0.0;
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            ours.Epoch();
            if (epoch == 2) early = Machine.ResidentMegabytes;
        }

        var late = Machine.ResidentMegabytes;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{design.Name,-8} {early,10:F1} {late,13:F1} {(late / early) - 1,8:+0.0 %;-0.0 %} {Machine.PeakMegabytes,8:F0}");
    }
}
