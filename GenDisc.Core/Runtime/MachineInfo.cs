using System.Runtime.InteropServices;
using TorchSharp;

namespace GenDisc.Core.Runtime;

/// <summary>Where a run happened, for its record. None of it affects results except the number of threads.</summary>
public sealed record MachineInfo(
    string TorchSharp, string LibTorch, string DotNet, string Os, string Cpu, int Threads, string Device)
{
    public static MachineInfo Read(string device)
    {
        TorchRuntime.Init();
        return new MachineInfo(
            typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "unknown",
            torch.__version__,
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
            CpuName(),
            torch.get_num_threads(),
            device);
    }

    private static string CpuName()
    {
        var count = $"{Environment.ProcessorCount} logical cores";
        const string list = "/proc/cpuinfo";
        if (!File.Exists(list)) return $"{RuntimeInformation.ProcessArchitecture}, {count}";
        var line = File.ReadLines(list).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return $"{line?.Split(':', 2)[^1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()}, {count}";
    }
}
