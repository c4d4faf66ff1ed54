using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using GenDisc.Core.Runtime;

namespace GenDisc.Benchmarks;

/// <summary>
/// `kernels`: each hand-written kernel against the tensor operations that it replaces. In this process, since libtorch
/// lies beside this program and not beside one that the framework would build.
/// </summary>
internal static class KernelsCommand
{
    private static readonly Type[] Classes =
    [
        typeof(AdamSteps), typeof(AffineBlocks), typeof(BernoulliDraws), typeof(BernoulliLosses), typeof(ClassLogitSums), typeof(Convolutions),
        typeof(CrossEntropies), typeof(GaussianKls), typeof(GroupNorms), typeof(JointSteps), typeof(LatentDraws), typeof(MaxPools), typeof(PixelGathers),
    ];

    public static int Run(IReadOnlyList<string> args)
    {
        if (args.Count > 1) throw new WrongUsage("kernels takes one filter");
        var filter = args.FirstOrDefault("");
        var chosen = Classes.Where(type => type.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)).ToList();
        if (chosen.Count == 0)
            throw new WrongUsage($"no kernel's name contains '{filter}': there are {string.Join(", ", Classes.Select(type => type.Name))}");
        TorchRuntime.Init();
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.Console)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "gendisc-benchmarks"));
        var results = chosen.Select(type => BenchmarkRunner.Run(type, config)).ToList();
        return results.Exists(result => result.HasCriticalValidationErrors || result.Reports.Any(report => !report.Success)) ? 1 : 0;
    }
}
