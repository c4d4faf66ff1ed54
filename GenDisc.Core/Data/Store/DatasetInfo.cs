using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>
/// A file that can be fetched. SHA-256 (lower-case hexadecimal) and length are those of the unpacked content, because
/// the same content circulates compressed in several ways. Mirrors are tried in order; without any the file comes in
/// its dataset's archive.
/// </summary>
public sealed record RemoteFile(string Name, string Sha256, long Bytes, ImmutableArray<string> Urls);

/// <summary>
/// A gzipped tar of a dataset's files, all within <paramref name="Folder"/>. SHA-256 (lower-case hexadecimal) and
/// length are those of the archive as it is sent.
/// </summary>
public sealed record RemoteArchive(string Name, string Sha256, long Bytes, string Folder, ImmutableArray<string> Urls);

/// <summary>How a dataset's files are written.</summary>
public enum DataFormat
{
    /// <summary>Four IDX files: images and labels to train on, images and labels to test with.</summary>
    Idx,

    /// <summary>Batches of CIFAR-10: the last one to test with, those before it to train on.</summary>
    Cifar,
}

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
    public DataFormat Format { get; init; }

    /// <summary>What all of the files are sent in; null when each is sent by itself.</summary>
    public RemoteArchive? Archive { get; init; }

    /// <summary>0 for regression.</summary>
    public int Classes => ClassNames.Length;

    public bool IsGenerated => Files.IsEmpty;

    /// <summary>Whether <paramref name="name"/> is its name, in whatever case and with or without hyphens: scripts write fashionMnist.</summary>
    public bool IsNamed(string name) =>
        string.Equals(Name.Replace("-", ""), name.Replace("-", ""), StringComparison.OrdinalIgnoreCase);
}
