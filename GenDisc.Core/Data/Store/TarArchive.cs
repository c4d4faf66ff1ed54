using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using GenDisc.Core.Data.Readers;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>Takes known files out of a gzipped tar. Entries decide nothing: each is looked up by its exact name.</summary>
internal static class TarArchive
{
    /// <exception cref="UserError">The file is not the published archive.</exception>
    public static void Check(RemoteArchive archive, string path)
    {
        var (sha256, _) = PossiblyGzipped.Hash(path, archive.Bytes, unpack: false);
        if (sha256 != archive.Sha256)
            throw new UserError(
                $"{path}: this is not the published archive (SHA-256 {sha256}, expected {archive.Sha256}). "
                + "Replace it, or delete it to have it fetched again.");
    }

    /// <summary>Writes <paramref name="files"/>, which the archive holds as within/name, as into/name; ignores all else.</summary>
    /// <exception cref="UserError">The archive is damaged, or lacks one of the files as published.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Unpack(string archive, string within, IReadOnlyList<RemoteFile> files, string into, CancellationToken cancel)
    {
        var wanted = files.ToDictionary(file => $"{within}/{file.Name}", StringComparer.Ordinal);
        using var stored = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var tar = new TarReader(new GZipStream(stored, CompressionMode.Decompress));
        while (wanted.Count > 0 && Reading(archive, () => tar.GetNextEntry()) is { } entry)
        {
            if (entry is not { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } content }) continue;
            if (!wanted.Remove(entry.Name, out var file)) continue;
            var path = Path.Combine(into, file.Name);
            Copy(archive, content, file, $"{path}.part", cancel);
            File.Move($"{path}.part", path, overwrite: true);
        }

        if (wanted.Count > 0) throw Damaged(archive, $"it lacks {string.Join(", ", wanted.Keys)}");
    }

    private static void Copy(string archive, Stream content, RemoteFile file, string path, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var copy = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            var buffer = new byte[1 << 16];
            for (var left = file.Bytes; left >= 0 && Reading(archive, () => content.Read(buffer)) is var got and > 0; left -= got)
            {
                cancel.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, got);
                copy.Write(buffer, 0, got);
            }
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Sha256) return;
        File.Delete(path);
        throw Damaged(archive, $"its {file.Name} is not the published one");
    }

    /// <summary>Tells trouble with the archive from trouble with the files written.</summary>
    private static T Reading<T>(string archive, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
        {
            throw Damaged(archive, $"it cannot be unpacked ({e.Message})");
        }
    }

    private static UserError Damaged(string archive, string how) =>
        new($"{archive}: {how}. Delete it to have it fetched again.");
}
