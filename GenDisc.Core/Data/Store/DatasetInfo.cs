using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>
/// A file that can be fetched. SHA-256 (lower-case hexadecimal) and length are those of the unpacked content, because
/// the same content circulates compressed in several ways. Mirrors are tried in order.
/// </summary>
public sealed record RemoteFile(string Name, string Sha256, long Bytes, ImmutableArray<string> Urls);

/// <summary>A dataset that the store knows. Without files it is generated.</summary>
public sealed record DatasetInfo(
    string Name,
    string Description,
    ImmutableArray<int> Shape,
    ImmutableArray<string> ClassNames,
    int TrainCount,
    int TestCount,
    ImmutableArray<RemoteFile> Files)
{
    /// <summary>0 for regression.</summary>
    public int Classes => ClassNames.Length;

    public bool IsGenerated => Files.IsEmpty;

    /// <summary>Whether <paramref name="name"/> is its name, in whatever case and with or without hyphens: scripts write fashionMnist.</summary>
    public bool IsNamed(string name) =>
        string.Equals(Name.Replace("-", ""), name.Replace("-", ""), StringComparison.OrdinalIgnoreCase);
}
