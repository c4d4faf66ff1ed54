using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>Pictures in a directory and those below it, to a limited depth, as links may lead in circles.</summary>
internal sealed class FolderSource : ImageSource
{
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 6, IgnoreInaccessible = false };

    public FolderSource(string path)
        : base(path)
    {
        try
        {
            var root = new DirectoryInfo(path);
            Files = [.. root.EnumerateFiles("*", Below)
                .Select(file => new SourceFile(NameOf(file), file.Length, file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture)))
                .OrderBy(file => file.Name, StringComparer.Ordinal)];
            Directories = [.. root.EnumerateDirectories("*", Below).Select(NameOf)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path}: the directory cannot be read ({e.Message}). Give yourself the right to read it.", e);
        }
    }

    public override IReadOnlyList<SourceFile> Files { get; }

    public override IReadOnlyList<string> Directories { get; }

    public override byte[] Read(SourceFile file)
    {
        try
        {
            using var content = File.OpenRead(System.IO.Path.Combine(Path, file.Name));
            return Read(file, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(file.Name, $"it cannot be read ({e.Message})");
        }
    }

    public override UserError Wrong(string name, string how) => new($"{System.IO.Path.Combine(Path, name)}: {how}.");

    public override void Dispose()
    {
    }

    private string NameOf(FileSystemInfo entry) =>
        System.IO.Path.GetRelativePath(Path, entry.FullName).Replace(System.IO.Path.DirectorySeparatorChar, '/');
}
