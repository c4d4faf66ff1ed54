using System.Diagnostics;

namespace GenDisc.Benchmarks;

/// <summary>Programs of .NET in processes of their own.</summary>
internal static class Child
{
    /// <summary>How to start a program; its first word is the path of its DLL.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> words) =>
        new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet", words);

    /// <summary>Runs it to its end on this process's streams.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(IEnumerable<string> words)
    {
        using var process = Process.Start(Start(words))!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
