using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>A file within a source: its path there, separated by /, its size in bytes, and what changes when its content does.</summary>
internal sealed record SourceFile(string Name, long Size, string Stamp);

/// <summary>Where pictures lie: a directory or a zip. Read from one thread at a time.</summary>
internal abstract class ImageSource(string path) : IDisposable
{
    /// <summary>Longest picture that is read, in bytes, whatever the source claims of it.</summary>
    public const int MostBytes = 64 << 20;

    public string Path => path;

    /// <summary>Every file, pictures or not, in ordinal order of the names.</summary>
    public abstract IReadOnlyList<SourceFile> Files { get; }

    /// <summary>The directories named, empty ones among them.</summary>
    public abstract IReadOnlyList<string> Directories { get; }

    /// <exception cref="UserError">There is no such directory or zip, or it is damaged.</exception>
    public static ImageSource Open(string path)
    {
        if (Directory.Exists(path)) return new FolderSource(path);
        if (!File.Exists(path)) throw new UserError($"{path}: there is no such directory or zip of pictures.");
        return new ZipSource(path);
    }

    /// <summary>The content of a file.</summary>
    /// <exception cref="UserError">It cannot be read, or is longer than <see cref="MostBytes"/>.</exception>
    public abstract byte[] Read(SourceFile file);

    /// <summary>An error at a file of the source.</summary>
    public abstract UserError Wrong(string name, string how);

    public abstract void Dispose();

    protected byte[] Read(SourceFile file, Stream content)
    {
        var bytes = new byte[Math.Clamp(file.Size, 0, MostBytes) + 1];
        var got = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (got > MostBytes) throw Wrong(file.Name, $"it is longer than the {MostBytes >> 20} MB that are read of a picture. Leave it out, or make it smaller");
        if (got != file.Size) throw Wrong(file.Name, "it is not as long as its directory states. It is damaged: replace it");
        return bytes[..got];
    }
}
