using System.IO.Compression;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>Pictures in a zip. Nothing is ever extracted; entries whose names point outside are refused all the same.</summary>
internal sealed class ZipSource : ImageSource
{
    private readonly FileStream _file;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    public ZipSource(string path)
        : base(path)
    {
        try
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: it cannot be read ({e.Message}). Give yourself the right to read it.", e);
        }

        try
        {
            _zip = new ZipArchive(_file, ZipArchiveMode.Read);
            (Files, Directories) = List();
        }
        catch (Exception e)
        {
            _file.Dispose();
            if (!IsDamage(e)) throw;
            throw new UserError($"{path}: it is no zip, or damaged ({e.Message}). Replace it with an undamaged copy.", e);
        }
    }

    public override IReadOnlyList<SourceFile> Files { get; }

    public override IReadOnlyList<string> Directories { get; }

    public override byte[] Read(SourceFile file)
    {
        var entry = _entries[file.Name];
        if (entry.IsEncrypted) throw Wrong(file.Name, "it is encrypted. Make a zip without a password");
        try
        {
            using var content = entry.Open();
            var bytes = Read(file, content);
            return Crc32.Of(bytes) == entry.Crc32
                ? bytes
                : throw Wrong(file.Name, "its content does not fit its checksum. The zip is damaged: replace it");
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Wrong(file.Name, $"it cannot be unpacked ({e.Message}). The zip is damaged or compressed in an unsupported way: pack it anew");
        }
    }

    public override UserError Wrong(string name, string how) => new($"{Path}: {name}: {how}.");

    public override void Dispose()
    {
        _zip.Dispose();
        _file.Dispose();
    }

    private (IReadOnlyList<SourceFile> Files, IReadOnlyList<string> Directories) List()
    {
        var files = new List<SourceFile>();
        var directories = new List<string>();
        foreach (var entry in _zip.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');
            if (name.StartsWith('/') || (name.Length > 1 && name[1] == ':') || name.Split('/').Contains(".."))
                throw new UserError($"{Path}: the entry '{entry.FullName}' points outside the zip. The zip is not to be trusted: pack the pictures anew.");
            if (name.EndsWith('/'))
                directories.Add(name.TrimEnd('/'));
            else if (_entries.TryAdd(name, entry))
                files.Add(new SourceFile(name, entry.Length, $"{entry.Crc32:x8}"));
            else
                throw new UserError($"{Path}: it holds two entries of the name '{name}'. Pack the pictures anew.");
        }

        return ([.. files.OrderBy(file => file.Name, StringComparer.Ordinal)], directories);
    }

    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException;
}
