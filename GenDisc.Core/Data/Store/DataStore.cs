using GenDisc.Core.Data.Readers;
using GenDisc.Core.Data.Synthetic;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// Finds datasets by name: in the user's folder (as DIR/name/file or DIR/file, raw or .gz), else in the cache, else by
/// download into the cache. Every file's content is checked against its published SHA-256.
/// </summary>
public sealed class DataStore
{
    private readonly DataStoreOptions _options;
    private readonly HttpMessageHandler? _handler;
    private readonly IReadOnlyList<DatasetInfo> _known;

    /// <param name="options">Where to look.</param>
    /// <param name="handler">Carries out requests; null for the network. It stays the caller's.</param>
    public DataStore(DataStoreOptions options, HttpMessageHandler? handler = null)
        : this(options, handler, Known)
    {
    }

    /// <summary>A store of other datasets than the published ones; their files must be what their formats ask for.</summary>
    internal DataStore(DataStoreOptions options, HttpMessageHandler? handler, IReadOnlyList<DatasetInfo> known)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1);
        _options = options;
        _handler = handler;
        _known = known;
    }

    public static IReadOnlyList<DatasetInfo> Known => Catalogue.All;

    /// <summary>The dataset of that name, fetched first if need be.</summary>
    /// <exception cref="UserError">The name is unknown, or the data are absent and cannot be fetched, damaged, or not what they should be.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a broken download continues next time.</exception>
    public LoadedData Load(string name, IProgress<FetchProgress>? progress = null, CancellationToken cancel = default)
    {
        var info = Find(name);
        if (info.IsGenerated) return Generate(info);
        var paths = Fetch(info, progress, cancel);
        return info.Format switch
        {
            DataFormat.Idx => LoadIdx(info, paths, cancel),
            DataFormat.Cifar => LoadCifar(info, paths, cancel),
            _ => throw new InvalidOperationException($"no reader for {info.Format}"),
        };
    }

    /// <summary>Makes sure that every file of the dataset is on this machine; does nothing for a generated one.</summary>
    /// <exception cref="UserError">The name is unknown, or a file is absent and cannot be fetched.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a broken download continues next time.</exception>
    public IReadOnlyList<LocatedFile> Get(string name, IProgress<FetchProgress>? progress = null, CancellationToken cancel = default)
    {
        var info = Find(name);
        var paths = Fetch(info, progress, cancel);
        return [.. info.Files.Zip(paths, (file, path) => new LocatedFile(file.Name, path))];
    }

    /// <summary>Where each file of the dataset lies, without fetching or reading any.</summary>
    /// <exception cref="UserError">The name is unknown.</exception>
    public IReadOnlyList<LocatedFile> Locate(string name)
    {
        var info = Find(name);
        return [.. info.Files.Select(file => new LocatedFile(file.Name, PathOf(info, file)))];
    }

    /// <summary>One line for a list: `built in`, the folders that hold the files, or how many are missing.</summary>
    /// <exception cref="UserError">The name is unknown.</exception>
    public string Describe(string name)
    {
        if (Find(name).IsGenerated) return "built in";
        var files = Locate(name);
        var missing = files.Count(file => file.Path is null);
        if (missing == files.Count) return "not on this machine";
        if (missing > 0) return $"{missing} of {files.Count} files missing";
        return string.Join(", ", files.Select(file => Path.GetDirectoryName(file.Path)).Distinct());
    }

    private static LoadedData LoadIdx(DatasetInfo info, string[] paths, CancellationToken cancel)
    {
        var trainImages = Read(0, path => Idx.ReadImages(path));
        var trainLabels = Read(1, path => Idx.ReadLabels(path, info.Classes));
        var testImages = Read(2, path => Idx.ReadImages(path));
        var testLabels = Read(3, path => Idx.ReadLabels(path, info.Classes));
        return new LoadedData(
            Idx.ToDataset(info.Name, trainImages, trainLabels, info.ClassNames),
            Idx.ToDataset(info.Name, testImages, testLabels, info.ClassNames),
            [.. info.Files.Zip([trainImages, trainLabels, testImages, testLabels], (file, content) =>
                new DataFile(file.Name, content.Sha256, content.Length))]);

        IdxContent Read(int index, Func<string, IdxContent> read)
        {
            cancel.ThrowIfCancellationRequested();
            var content = read(paths[index]);
            CheckPublished(info, index, content.Path, content.Sha256);
            return content;
        }
    }

    private static LoadedData LoadCifar(DatasetInfo info, string[] paths, CancellationToken cancel)
    {
        var batches = new CifarBatch[paths.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            batches[i] = Cifar.Read(paths[i]);
            CheckPublished(info, i, paths[i], batches[i].Sha256);
        }

        return new LoadedData(
            Cifar.ToDataset(info.Name, batches[..^1], info.ClassNames),
            Cifar.ToDataset(info.Name, batches[^1..], info.ClassNames),
            [.. info.Files.Zip(batches, (file, batch) => new DataFile(file.Name, batch.Sha256, batch.Length))]);
    }

    private static void CheckPublished(DatasetInfo info, int index, string path, string sha256)
    {
        var expected = info.Files[index].Sha256;
        if (sha256 != expected)
            throw new UserError(
                $"{path}: this is not the published file of {info.Name}.\n"
                + $"  SHA-256 of its unpacked content: {sha256}\n"
                + $"  expected:                        {expected}\n"
                + "Replace it, or delete it to have it fetched again.");
    }

    private static LoadedData Generate(DatasetInfo info) => info.Name switch
    {
        "digits" => StrokeDigits.Load(),
        "moons" => Moons.Load(),
        "circles" => Circles.Load(),
        "spirals" => Spirals.Load(),
        "blobs" => Blobs.Load(),
        "friedman" => Friedman.Load(),
        _ => throw new InvalidOperationException($"no generator for {info.Name}"),
    };

    private DatasetInfo Find(string name) => _known.FirstOrDefault(info => info.IsNamed(name))
        ?? throw new UserError($"there is no dataset named '{name}'. Known: {string.Join(", ", _known.Select(info => info.Name))}.");

    private string CacheFolder(DatasetInfo info) => Path.Combine(_options.CacheDirectory, info.Name);

    /// <summary>The folders that may hold the dataset's files, best first.</summary>
    private IEnumerable<string> Candidates(DatasetInfo info)
    {
        string?[] folders = [info.Name, info.Archive?.Folder, ""];
        return from root in new[] { _options.DataDirectory, _options.CacheDirectory }.OfType<string>()
               from folder in folders.OfType<string>()
               select Path.Combine(root, folder);
    }

    // A directory counts as found: reading it then says what is wrong, which is better than a silent download.
    private string? PathOf(DatasetInfo info, RemoteFile file) => Candidates(info)
        .SelectMany(folder => new[] { Path.Combine(folder, $"{file.Name}.gz"), Path.Combine(folder, file.Name) })
        .FirstOrDefault(path => File.Exists(path) || Directory.Exists(path));

    private string[] Fetch(DatasetInfo info, IProgress<FetchProgress>? progress, CancellationToken cancel)
    {
        if (_options.DataDirectory is { } given && !info.IsGenerated && !Directory.Exists(given))
            throw new UserError($"{given}: the data directory does not exist. Create it, or name another one.");

        var paths = info.Files.Select(file => PathOf(info, file)).ToArray();
        if (paths.All(path => path is not null)) return paths!;
        var packed = info.Archive is null
            ? null
            : Candidates(info).Select(folder => Path.Combine(folder, info.Archive.Name)).FirstOrDefault(File.Exists);
        if (!_options.AllowDownload && packed is null) throw Absent(info, paths, "downloading is switched off");

        using var downloader = new Downloader(_options, _handler);
        try
        {
            if (info.Archive is { } archive)
            {
                var missing = info.Files.Where((_, i) => paths[i] is null).ToList();
                downloader.Fetch(archive, missing, CacheFolder(info), packed, progress, cancel);
                return [.. info.Files.Select(file => PathOf(info, file)!)];
            }

            for (var i = 0; i < paths.Length; i++) paths[i] ??= downloader.Fetch(info.Files[i], CacheFolder(info), progress, cancel);
        }
        catch (FetchFailed e)
        {
            throw Absent(info, paths, e.Message);
        }

        return paths!;
    }

    private UserError Absent(DatasetInfo info, string?[] paths, string why)
    {
        var missing = info.Files.Where((_, i) => paths[i] is null).ToList();
        var sources = info.Archive is { } archive ? [archive.Urls] : missing.Select(file => file.Urls);
        var urls = sources.SelectMany(mirrors => mirrors.Select((url, mirror) => $"  {(mirror == 0 ? "" : "or ")}{url}"));
        var folders = new[] { _options.DataDirectory, _options.CacheDirectory }
            .OfType<string>()
            .Select(root => Path.Combine(root, info.Name));
        return new UserError(
            $"dataset {info.Name}: {missing.Count} of {info.Files.Length} files are not on this machine, "
            + $"and fetching them failed: {why}\nFetch\n{string.Join('\n', urls)}\n"
            + $"and put them, as they are, into {string.Join(" or ", folders)}.");
    }
}
