using System.IO.Compression;
using System.Security.Cryptography;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>A file read from its start, unpacked if its content is gzip; whatever goes wrong is a UserError that names it.</summary>
internal sealed class PossiblyGzipped : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly Stream _content;

    private PossiblyGzipped(string path, FileStream file, bool unpack)
    {
        _path = path;
        _file = file;
        Span<byte> start = stackalloc byte[2];
        var got = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        file.Position = 0;
        IsGzip = unpack && got == 2 && start[0] == 0x1f && start[1] == 0x8b;
        StoredLength = file.Length;
        _content = IsGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    public bool IsGzip { get; }

    /// <summary>Bytes on disk.</summary>
    public long StoredLength { get; }

    /// <exception cref="UserError">There is no such file, or it cannot be read.</exception>
    /// <param name="path">The file.</param>
    /// <param name="unpack">Whether to unpack gzip; otherwise it is read as it lies.</param>
    public static PossiblyGzipped Open(string path, bool unpack = true)
    {
        if (Directory.Exists(path))
            throw new UserError($"{path}: this is a directory, but a file is wanted. Move the directory away and put the file in its place.");
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
            return new PossiblyGzipped(path, file, unpack);
        }
        catch (Exception e) when (IsFileTrouble(e))
        {
            file?.Dispose();
            throw Explain(path, e);
        }
    }

    /// <summary>Fills <paramref name="buffer"/> unless the content ends first; returns the bytes read.</summary>
    /// <exception cref="UserError">The file cannot be read or its compression is damaged.</exception>
    public int Fill(Span<byte> buffer)
    {
        try
        {
            return _content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (IsFileTrouble(e))
        {
            throw Explain(_path, e);
        }
    }

    /// <summary>SHA-256 in lower-case hexadecimal and length of the unpacked content, given up once it exceeds <paramref name="most"/> bytes.</summary>
    public static (string Sha256, long Length) Hash(string path, long most = long.MaxValue, bool unpack = true)
    {
        using var file = Open(path, unpack);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        var length = 0L;
        while (length <= most && file.Fill(buffer) is var got and > 0)
        {
            hash.AppendData(buffer, 0, got);
            length += got;
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), length);
    }

    public void Dispose()
    {
        _content.Dispose();
        _file.Dispose();
    }

    private static bool IsFileTrouble(Exception e) =>
        e is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static UserError Explain(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => new UserError($"{path}: there is no such file.", e),
        UnauthorizedAccessException => new UserError($"{path}: reading it is not permitted. Give yourself the right to read it.", e),
        InvalidDataException => new UserError($"{path}: its gzip compression is damaged. Replace it with an undamaged copy.", e),
        _ => new UserError($"{path}: it cannot be read ({e.Message}). Replace it with a readable copy.", e),
    };
}
