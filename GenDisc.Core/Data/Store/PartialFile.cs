namespace GenDisc.Core.Data;

/// <summary>
/// A download under way, and beside it a note of where it comes from and of the version (entity tag or date) that the
/// server gave, by which a later attempt can ask for the rest of the same version only.
/// </summary>
internal sealed class PartialFile(string path)
{
    private readonly string _note = $"{path}.from";

    public string Path => path;

    public long Length => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>The version noted for <paramref name="url"/>: "" if the server gave none, null if the part is from elsewhere.</summary>
    public string? VersionFrom(string url)
    {
        if (Length == 0 || !File.Exists(_note)) return null;
        var lines = File.ReadAllLines(_note);
        return lines.Length == 2 && lines[0] == url ? lines[1] : null;
    }

    /// <summary>Opened to append, or emptied first.</summary>
    public FileStream Open(bool append, string url, string version)
    {
        if (!append)
        {
            Delete();
            File.WriteAllLines(_note, [url, version]);
        }

        return new FileStream(path, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
    }

    public void Delete()
    {
        File.Delete(path);
        File.Delete(_note);
    }

    public void MoveTo(string destination)
    {
        File.Move(path, destination, overwrite: true);
        File.Delete(_note);
    }
}
