namespace GenDisc.Core.Data;

/// <summary>Where datasets are sought and how they are fetched.</summary>
/// <param name="DataDirectory">The user's own folder of datasets, searched first; null if there is none.</param>
/// <param name="CacheDirectory">Searched next; downloads are kept here. It need not exist yet.</param>
public sealed record DataStoreOptions(string? DataDirectory, string CacheDirectory)
{
    public bool AllowDownload { get; init; } = true;

    /// <summary>A server that sends nothing for this long is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Attempts at each mirror, at least 1; an attempt takes up where the one before it was cut off.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Pause before the second attempt; it doubles for each further one.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>Bytes of a file received so far (as sent, so usually compressed); <paramref name="Total"/> is 0 when the server does not say.</summary>
public sealed record FetchProgress(string File, long Received, long Total);

/// <summary>A file that was read: SHA-256 and length of its unpacked content.</summary>
public sealed record DataFile(string Name, string Sha256, long Bytes);

/// <summary>A file of a dataset and where it lies; null when it is not on this machine.</summary>
public sealed record LocatedFile(string Name, string? Path);

/// <summary>A dataset in memory, with what it was read from.</summary>
public sealed record LoadedData(Dataset Train, Dataset Test, IReadOnlyList<DataFile> Files);
