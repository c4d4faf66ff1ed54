using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Benchmarks;

/// <summary>`startup`: how long a user waits for the tool, by processes started one after the other.</summary>
internal static class StartupCommand
{
    private const int FewestRounds = 3;
    private const string BuiltTool = "GenDisc.Cli/bin/Release/net10.0/gendisc.dll";

    private static readonly string[] Assemblies =
        ["gendisc.dll", "GenDisc.Dsl.dll", "GenDisc.Core.dll", "FSharp.Core.dll", "FSharp.Compiler.Service.dll"];

    public static int Run(IEnumerable<string> args)
    {
        var (rounds, dlls) = (5, new List<string>());
        var words = new Words(args);
        while (words.Next() is { } word)
        {
            if (word.EndsWith(".dll", StringComparison.Ordinal)) dlls.Add(Path.GetFullPath(word));
            else rounds = Words.Number("ROUNDS (nor a DLL)", word, FewestRounds);
        }

        if (dlls.Count == 0) dlls.Add(Path.Combine(Repository(), BuiltTool));
        if (dlls.Find(dll => !File.Exists(dll)) is { } missing)
            throw new UserError($"{missing} does not exist: dotnet build GenDisc.Cli -c Release");

        Machine.Describe();
        Console.WriteLine($"seconds from the start of the process, median of {rounds} rounds in turn after a warm-up\n");
        foreach (var dll in dlls) DescribeImages(dll);
        Measure(dlls, rounds);
        return 0;
    }

    private static void Measure(List<string> dlls, int rounds)
    {
        var series = dlls.Select(dll => (Dll: dll, Seconds: new List<Round>())).ToList();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (dll, seconds) in series)
            {
                using var tool = new Tool(dll);
                tool.Train();
                tool.NewScript();
                var timed = new Round(tool.Version(), tool.Train(), tool.Train());
                if (round > 0) seconds.Add(timed);
            }
        }

        Console.WriteLine($"{"--version",9} {"new: 1st step",14} {"end",6} {"cached: 1st step",17} {"end",6}");
        foreach (var (dll, seconds) in series)
        {
            double Middle(Func<Round, double> part) => Median.Of(seconds.Select(part));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Middle(r => r.Version),9:F3} {Middle(r => r.New.Step),14:F2} {Middle(r => r.New.End),6:F2} {Middle(r => r.Cached.Step),17:F2} {Middle(r => r.Cached.End),6:F2}   {dll}"));
        }
    }

    private static void DescribeImages(string dll)
    {
        var folder = Path.GetDirectoryName(dll)!;
        Console.WriteLine($"code in {folder}:");
        foreach (var name in Assemblies)
            Console.WriteLine($"  {name,-28} {(ReadyToRun.Is(Path.Combine(folder, name)) ? "compiled ahead of time" : "IL only")}");
        Console.WriteLine();
    }

    /// <summary>The folder above this program that holds the solution.</summary>
    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GenDisc.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new UserError("the benchmarks do not lie in GenDisc's folder: name the gendisc.dll to start");
    }

    private readonly record struct Round(double Version, (double Step, double End) New, (double Step, double End) Cached);
}
