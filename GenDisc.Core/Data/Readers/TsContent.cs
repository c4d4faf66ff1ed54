using System.Collections.Immutable;

namespace GenDisc.Core.Data.Readers;

/// <summary>
/// The cases of one .ts file. Each case is [steps, dimensions], row-major, finite, in its own number of steps.
/// </summary>
public sealed record TsContent(
    string Path,
    string ProblemName,
    ImmutableArray<string> ClassNames,
    int Dimensions,
    IReadOnlyList<float[]> Cases,
    IReadOnlyList<int> Labels,
    DataFile File)
{
    /// <summary>Steps of the longest case.</summary>
    public int MostSteps => Cases.Max(values => values.Length) / Dimensions;
}
