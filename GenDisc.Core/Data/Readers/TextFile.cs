using System.Security.Cryptography;
using System.Text;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>The content of a text file, UTF-8, raw or gzip. Its size is limited, so that no small gzip can fill the memory.</summary>
internal sealed class TextFile
{
    private const int FirstBuffer = 1 << 16;

    private readonly byte[] _bytes;
    private readonly int _length;

    private TextFile(string path, byte[] bytes, int length)
    {
        Path = path;
        _bytes = bytes;
        _length = length;
        File = new DataFile(System.IO.Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length))), length);
    }

    public string Path { get; }

    /// <summary>Name, checksum and length of the unpacked content.</summary>
    public DataFile File { get; }

    /// <param name="path">The file.</param>
    /// <param name="most">Bytes of unpacked content that are still read.</param>
    /// <exception cref="UserError">The file is missing, unreadable, too long, or no text.</exception>
    public static TextFile Read(string path, int most)
    {
        using var file = PossiblyGzipped.Open(path);
        var bytes = new byte[FirstBuffer];
        var length = 0;
        while (true)
        {
            length += file.Fill(bytes.AsSpan(length));
            if (length < bytes.Length) break;
            if (length > most)
                throw new UserError($"{path}: its content is longer than the {most >> 20} MB that are read. Split it, or leave out what is not needed.");
            Array.Resize(ref bytes, (int)Math.Min(most + 1L, 2L * bytes.Length));
        }

        // Text has no zero bytes; pictures, archives and UTF-16 do.
        if (bytes.AsSpan(0, length).Contains((byte)0))
            throw new UserError($"{path}: this is not a text file in UTF-8 (it holds zero bytes). Put a text file in its place.");
        return new TextFile(path, bytes, length);
    }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public StreamReader Open() => new(new MemoryStream(_bytes, 0, _length, writable: false), Encoding.UTF8);
}
