using System.Runtime.InteropServices;
using TorchSharp;

namespace GenDisc.Core.Runtime;

/// <summary>
/// Brings up libtorch before TorchSharp looks for it, so that one rule serves the CLI, tests, a published build and
/// `dotnet fsi`. On a Linux whose libstdc++ predates GCC 13 (Debian 12, Ubuntu 22.04) it also works around
/// TorchSharp's needless demand for GLIBCXX_3.4.32.
/// </summary>
public static class TorchRuntime
{
    private const string Adapter = "libLibTorchSharp.so";
    private const string NeedlessVersion = "GLIBCXX_3.4.32";
    private const string OpenMpFiles = "libgomp*.so*";
    private static readonly string[] Dependencies = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
    private static readonly Lock Gate = new();
    private static bool _ready;

    /// <summary>Handle of the OpenMP library that libtorch's threads come from, where that is GNU's; else null.</summary>
    internal static nint? OpenMp { get; private set; }

    /// <summary>
    /// Idempotent; call it before the first use of torch. Elsewhere than on Linux TorchSharp's own search is enough.
    /// </summary>
    /// <exception cref="UserError">libtorch is missing or cannot be loaded; says where it was sought and why.</exception>
    public static void Init()
    {
        lock (Gate)
        {
            if (_ready) return;
            if (OperatingSystem.IsLinux())
            {
                Allocator.KeepFreedMemory();
                LoadOnLinux(SearchFolders());
            }

            _ready = true;
        }
    }

    /// <summary>`cpu`, or `cuda` / `cuda:1` where a CUDA build of libtorch is referenced and sees a device.</summary>
    /// <exception cref="UserError">An unknown name, or no such device.</exception>
    public static torch.Device Device(string name)
    {
        Init();
        if (name == "cpu") return torch.CPU;
        if (name != "cuda" && !name.StartsWith("cuda:", StringComparison.Ordinal))
            throw new UserError($"unknown device '{name}': use cpu, cuda or cuda:N");
        if (!torch.cuda.is_available())
            throw new UserError(
                $"device '{name}' is not available: this build references the CPU libtorch, or no CUDA driver was found.\n"
                + "Build with `-p:LibTorch=cuda` on a machine with an NVIDIA GPU, or use --device cpu.");
        var index = 0;
        if (name != "cuda" && !int.TryParse(name["cuda:".Length..], out index))
            throw new UserError($"unknown device '{name}': use cpu, cuda or cuda:N");
        if (index < 0 || index >= torch.cuda.device_count())
            throw new UserError($"device '{name}' does not exist: {torch.cuda.device_count()} CUDA device(s) found");
        return torch.device(DeviceType.CUDA, index);
    }

    /// <summary>Sets libtorch's intra-operation threads; null leaves its own choice (the physical cores).</summary>
    /// <exception cref="UserError">Less than 1.</exception>
    /// <returns>The number in force. Results are bit-identical only between runs of the same number.</returns>
    public static int UseThreads(int? threads)
    {
        if (threads < 1) throw new UserError($"{threads} threads cannot compute anything: use at least 1");
        Init();
        if (threads is { } n) torch.set_num_threads(n);
        return torch.get_num_threads();
    }

    /// <summary>Loads libtorch and its adapter from the first of the folders that holds each.</summary>
    /// <exception cref="UserError">As <see cref="Init"/>.</exception>
    internal static void LoadOnLinux(IEnumerable<string> searched)
    {
        var folders = searched.Where(Directory.Exists).Distinct().ToList();
        string? Find(string file) => folders.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);
        var adapter = Find(Adapter)
            ?? throw new UserError(
                $"libtorch is missing: {Adapter} was sought in\n  {string.Join("\n  ", folders)}\n"
                + "Build GenDisc for this platform (dotnet build -c Release) so that its native libraries are copied there.");

        // By path and first, so that no libtorch of another version on the system is picked up instead.
        foreach (var file in Dependencies)
        {
            if (Find(file) is not { } path) continue;
            if (TryLoad(path) is { } reason) throw CannotLoad(path, reason);
        }

        // The copy beside libtorch: another one would bring threads of its own.
        var openMp = folders.SelectMany(f => Directory.EnumerateFiles(f, OpenMpFiles)).FirstOrDefault();
        if (openMp is not null && NativeLibrary.TryLoad(openMp, out var handle)) OpenMp = handle;

        // A failure left to TorchSharp would make it copy half a gigabyte about before giving up.
        if (TryLoad(adapter) is not { } refusal) return;
        if (!refusal.Contains(NeedlessVersion, StringComparison.Ordinal)) throw CannotLoad(adapter, refusal);
        if (LoadWeakened(adapter) is { } again) throw CannotLoad(adapter, again);
    }

    private static UserError CannotLoad(string path, string reason) =>
        new($"libtorch cannot be loaded: {path}\n  {reason.ReplaceLineEndings("\n  ")}\n"
            + "It needs a 64-bit Linux with glibc 2.28 or newer and libgomp (on Debian: apt-get install libgomp1).");

    private static string? TryLoad(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Loads a temporary copy in which the needed version is marked weak. The only symbol of that version,
    /// std::ios_base_library_init, is in no relocation, so nothing is ever looked up.
    /// </summary>
    private static string? LoadWeakened(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!ElfVersions.Weaken(bytes, NeedlessVersion)) return $"{NeedlessVersion} is needed but not listed in the file";
        var folder = Directory.CreateTempSubdirectory("gendisc-native-").FullName;
        try
        {
            var copy = Path.Combine(folder, Path.GetFileName(path));
            File.WriteAllBytes(copy, bytes);
            return TryLoad(copy);
        }
        finally
        {
            Directory.Delete(folder, recursive: true); // the file stays mapped
        }
    }

    private static IEnumerable<string> SearchFolders()
    {
        foreach (var assembly in new[] { typeof(TorchRuntime).Assembly, typeof(torch).Assembly })
        {
            var folder = Path.GetDirectoryName(assembly.Location);
            if (string.IsNullOrEmpty(folder)) continue;
            yield return folder;
            yield return Path.Combine(folder, "runtimes", "linux-x64", "native");
        }

        yield return AppContext.BaseDirectory;
        var listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return folder;
    }
}
