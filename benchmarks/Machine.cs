using System.Diagnostics;
using System.Runtime.InteropServices;
using GenDisc.Core.Runtime;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>What the figures depend on besides the program.</summary>
internal static partial class Machine
{
    /// <summary>Variables that change how memory is allocated or how many threads compute.</summary>
    private static readonly string[] Variables =
        ["LD_PRELOAD", "GLIBC_TUNABLES", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "KMP_AFFINITY", "OMP_WAIT_POLICY", "DOTNET_TieredPGO"];

    public static double ResidentMegabytes => Environment.WorkingSet / 1e6;

    public static double PeakMegabytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1e6;
        }
    }

    public static void Describe()
    {
        var info = MachineInfo.Read("cpu");
        Console.WriteLine($"{info.Cpu}; {info.Os}; {info.DotNet}; TorchSharp {info.TorchSharp}, libtorch {info.LibTorch}");
        var set = from name in Variables
                  let value = Environment.GetEnvironmentVariable(name)
                  where !string.IsNullOrEmpty(value)
                  select $"{name}={value}";
        Console.WriteLine(string.Join("; ", [
            $"threads: {info.Threads} within an operation, {torch.get_num_interop_threads()} between",
            $"allocator: {Allocator()}",
            .. set]));
    }

    /// <summary>Both sides of a comparison run in one process, hence under the same allocator and settings.</summary>
    private static string Allocator()
    {
        try
        {
            return $"glibc {Marshal.PtrToStringUTF8(GlibcVersion())} as GenDisc sets it, for all alike";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return "the system's";
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "gnu_get_libc_version")]
    private static partial nint GlibcVersion();
}
