using GenDisc.Core.Data.Readers;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// Fetches one file at a time into a folder: mirror after mirror, a few attempts at each, taking up broken downloads,
/// and gives the file its name only once its content is proven right.
/// </summary>
internal sealed class Downloader(DataStoreOptions options, HttpMessageHandler? handler) : IDisposable
{
    /// <summary>Compression may lengthen what it cannot shorten, but by no more than this.</summary>
    private const int Slack = 1 << 16;

    private readonly HttpClient _client = new(handler ?? new SocketsHttpHandler { ConnectTimeout = options.StallTimeout }, handler is null)
    {
        Timeout = Timeout.InfiniteTimeSpan, // stalls are watched per read: a slow line may take its time
    };

    /// <summary>Fetches <paramref name="file"/> as folder/name.gz and returns that path.</summary>
    /// <exception cref="FetchFailed">No mirror delivered the right content.</exception>
    /// <exception cref="UserError">The folder cannot be written.</exception>
    public string Fetch(RemoteFile file, string folder, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        var path = Path.Combine(folder, $"{file.Name}.gz");
        InFolder(folder, cancel, () =>
        {
            if (!File.Exists(path)) Receive(file, asSent: false, path, progress, cancel);
        });
        return path;
    }

    /// <summary>Fetches an archive, unpacks <paramref name="files"/> of it as folder/name, and deletes it.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="files">Those of its files that are wanted.</param>
    /// <param name="folder">Where to put them.</param>
    /// <param name="found">Where the archive lies already; null if nowhere. One outside the folder is not deleted.</param>
    /// <param name="progress">Told of the archive's bytes.</param>
    /// <param name="cancel">Stops; a broken download continues next time.</param>
    /// <exception cref="FetchFailed">No mirror delivered the right archive.</exception>
    /// <exception cref="UserError">The folder cannot be written, or the archive found is not the right one.</exception>
    public void Fetch(
        RemoteArchive archive,
        IReadOnlyList<RemoteFile> files,
        string folder,
        string? found,
        IProgress<FetchProgress>? progress,
        CancellationToken cancel)
    {
        var own = Path.Combine(folder, archive.Name);
        InFolder(folder, cancel, () =>
        {
            if (files.All(file => File.Exists(Path.Combine(folder, file.Name)))) return;
            var path = found ?? own;
            if (found is not null)
                TarArchive.Check(archive, found);
            else
                Receive(new RemoteFile(archive.Name, archive.Sha256, archive.Bytes, archive.Urls), asSent: true, own, progress, cancel);
            TarArchive.Unpack(path, archive.Folder, files, folder, cancel);
            File.Delete(own);
        });
    }

    public void Dispose() => _client.Dispose();

    /// <summary>One process at a time writes to the folder; another one waits here and then finds the files.</summary>
    private static void InFolder(string folder, CancellationToken cancel, Action write)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var alone = Lock(Path.Combine(folder, ".lock"), cancel);
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{folder}: it cannot be written to ({e.Message}). Make room or name another cache folder.", e);
        }
    }

    private void Receive(RemoteFile file, bool asSent, string path, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        var part = new PartialFile($"{path}.part");
        var failures = new List<string>();
        foreach (var url in file.Urls)
        {
            if (FetchFrom(url, file, asSent, part, progress, cancel) is { } failure)
            {
                failures.Add($"{url}: {failure}");
                continue;
            }

            part.MoveTo(path);
            return;
        }

        throw new FetchFailed(string.Join("; ", failures) + ".");
    }

    /// <summary>Null when the right content is complete in <paramref name="part"/>, else why not.</summary>
    private string? FetchFrom(
        string url, RemoteFile file, bool asSent, PartialFile part, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        var failure = "";
        for (var attempt = 1; attempt <= options.Attempts; attempt++)
        {
            if (attempt > 1) Pause(options.Backoff * Math.Pow(2, attempt - 2), cancel);
            var resumed = part.Length > 0;
            var most = file.Bytes + Slack;
            try
            {
                var transfer = new Transfer(_client, options.StallTimeout, most);
                // The pool, so that no caller's synchronization context can deadlock on the wait.
                Task.Run(() => transfer.Receive(url, part, file.Name, progress, cancel), CancellationToken.None)
                    .GetAwaiter().GetResult();
            }
            catch (TransferFailed e)
            {
                failure = e.Message;
                if (part.Length > most) part.Delete();
                if (e.Again) continue;
                return failure;
            }

            failure = Mismatch(part.Path, file, asSent);
            if (failure.Length == 0) return null;
            part.Delete();
            // Two halves of different files are worth another attempt; a whole wrong file is not.
            if (!resumed) return failure;
        }

        return $"{failure} (given up after {options.Attempts} attempts)";
    }

    private static string Mismatch(string path, RemoteFile file, bool asSent)
    {
        try
        {
            var (sha256, _) = PossiblyGzipped.Hash(path, file.Bytes, unpack: !asSent);
            return sha256 == file.Sha256
                ? ""
                : $"it sent other content than expected (SHA-256 {sha256}, expected {file.Sha256}), which was deleted";
        }
        catch (UserError)
        {
            return "it sent damaged content, which was deleted";
        }
    }

    private static FileStream Lock(string path, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                Pause(TimeSpan.FromMilliseconds(50), cancel);
            }
        }
    }

    private static void Pause(TimeSpan time, CancellationToken cancel)
    {
        cancel.WaitHandle.WaitOne(time);
        cancel.ThrowIfCancellationRequested();
    }
}
