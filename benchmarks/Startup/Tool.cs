using System.Diagnostics;

namespace GenDisc.Benchmarks;

/// <summary>The gendisc tool as a process, with a script cache and run folders of its own.</summary>
internal sealed class Tool : IDisposable
{
    private readonly string dll;
    private readonly string folder = Directory.CreateTempSubdirectory("gendisc-startup-").FullName;
    private int scripts;

    public Tool(string dll)
    {
        this.dll = dll;
        NewScript();
    }

    private string Script => Path.Combine(folder, "startup.fsx");

    /// <summary>Changes the script's text, so that it has to be compiled again.</summary>
    public void NewScript() => File.WriteAllText(
        Script,
        $$"""
        open GenDisc

        // {{++scripts}}
        let startup =
            { Name = "startup"
              Data = digits |> take 128
              Model = model (dense 16 >> relu >> vae 8 >> classifier [])
              Loss = 0.1 * elbo + crossEntropy
              Training = adam 1e-3 |> epochs 1 |> batch 128
              Seed = 1 }

        run startup
        """);

    /// <summary>Seconds to the end of `gendisc --version`.</summary>
    public double Version() => Run(["--version"], _ => false).End;

    /// <summary>
    /// Seconds to the line that follows the script's only training step (and the evaluation after it), and to the end.
    /// </summary>
    public (double Step, double End) Train()
    {
        var (seen, end) = Run(
            ["run", Script, "--fresh", "--runs", Path.Combine(folder, "runs")],
            line => line.StartsWith("epoch 1/1", StringComparison.Ordinal));
        return (seen ?? throw new InvalidOperationException($"{dll} reported no epoch"), end);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (double? Seen, double End) Run(IEnumerable<string> words, Func<string, bool> awaited)
    {
        var start = Child.Start([dll, .. words]);
        start.RedirectStandardOutput = true;
        start.Environment["XDG_CACHE_HOME"] = folder;
        start.Environment["LOCALAPPDATA"] = folder;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        double? seen = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (awaited(line)) seen ??= clock.Elapsed.TotalSeconds;
        }

        process.WaitForExit();
        var end = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0 ? (seen, end) : throw new InvalidOperationException($"{dll} ended with exit code {process.ExitCode}");
    }
}
