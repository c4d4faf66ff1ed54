using System.Buffers.Binary;
using System.Security.Cryptography;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>
/// Decoded pictures in one file, named by a key of what they were decoded from: a header, the pixels, and the SHA-256
/// of both. Whatever is not exactly that is as good as absent.
/// </summary>
internal sealed class PixelCache(string directory, byte[] key)
{
    /// <summary>To be raised when pictures come to be decoded otherwise.</summary>
    private const int Version = 2;

    private const int HeaderLength = 8 + 4 + (2 * SHA256.HashSizeInBytes) + (4 * 4);

    private readonly string _path = Path.Combine(directory, $"images-{Convert.ToHexStringLower(key.AsSpan(0, 16))}.pixels");

    /// <summary>The pictures; null unless the file is there, sound, and holds <paramref name="count"/> of them.</summary>
    public PixelBlock? Read(int count, (int Height, int Width)? size)
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
            var header = new byte[HeaderLength];
            file.ReadExactly(header);
            var numbers = header.AsSpan(HeaderLength - 16);
            var origin = header[(12 + SHA256.HashSizeInBytes)..(HeaderLength - 16)];
            var (channels, height, width) = (Number(numbers, 1), Number(numbers, 2), Number(numbers, 3));
            var length = (Int128)count * channels * height * width;
            if (channels is not (1 or 3) || height < 1 || width < 1 || (size is not null && size != (height, width))) return null;
            if (file.Length != HeaderLength + length + SHA256.HashSizeInBytes || length > Array.MaxLength) return null;
            if (!header.AsSpan().SequenceEqual(Header(new PixelBlock(count, channels, height, width, [], origin)))) return null;

            var block = new PixelBlock(count, channels, height, width, new byte[(int)length], origin);
            file.ReadExactly(block.Bytes);
            var stated = new byte[SHA256.HashSizeInBytes];
            file.ReadExactly(stated);
            return Checksum(header, block.Bytes).AsSpan().SequenceEqual(stated) ? block : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Puts the file in place whole, so that no other process ever sees a part of it.</summary>
    /// <exception cref="UserError">It cannot be written.</exception>
    public void Write(PixelBlock block)
    {
        var temporary = Path.Combine(directory, Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(directory);
            var header = Header(block);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(header);
                file.Write(block.Bytes);
                file.Write(Checksum(header, block.Bytes));
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new UserError($"{_path}: it cannot be written ({e.Message}). Make room or name another cache folder.", e);
        }
    }

    private byte[] Header(PixelBlock block)
    {
        var header = new byte[HeaderLength];
        "GENDISCP"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        key.CopyTo(header.AsSpan(12));
        block.Origin.CopyTo(header.AsSpan(12 + SHA256.HashSizeInBytes));
        int[] numbers = [block.Count, block.Channels, block.Height, block.Width];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(HeaderLength - 16 + (4 * i)), numbers[i]);
        return header;
    }

    private static int Number(ReadOnlySpan<byte> numbers, int index) => BinaryPrimitives.ReadInt32LittleEndian(numbers[(4 * index)..]);

    private static byte[] Checksum(byte[] header, byte[] pixels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(pixels);
        return hash.GetHashAndReset();
    }
}
