using System.Buffers.Binary;
using System.IO.Compression;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>
/// Refuses a PNG whose compressed data unpack to far more than its pixels: the decoder unpacks all before it looks.
/// </summary>
internal static class PngCheck
{
    private const int SignatureLength = 8;

    /// <summary>Bytes around a chunk's content: length, type, checksum.</summary>
    private const int Frame = 12;

    /// <summary>Compressed data shorter than this unpack to 256 MB at most and need no look.</summary>
    private const int Harmless = 1 << 18;

    /// <summary>The size that the header declares, which the decoder does not tell when it is beyond its own limits.</summary>
    public static (long Width, long Height) Declared(ReadOnlySpan<byte> bytes) => bytes.Length < SignatureLength + Frame + 8
        ? default
        : (BinaryPrimitives.ReadUInt32BigEndian(bytes[(SignatureLength + 8)..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[(SignatureLength + 12)..]));

    /// <exception cref="UserError">It unpacks to more than it can need.</exception>
    public static void Run(byte[] bytes, int width, int height, Func<string, UserError> wrong)
    {
        if (bytes.Length < Harmless) return;
        var needed = (16L * width * height) + (1 << 16); // 8 bytes a pixel at most, twice over for filters and interlacing
        var buffer = new byte[1 << 16];
        var unpacked = 0L;
        try
        {
            using var stream = new ZLibStream(new MemoryStream(Compressed(bytes)), CompressionMode.Decompress);
            while (unpacked <= needed && stream.Read(buffer) is var got and > 0) unpacked += got;
        }
        catch (InvalidDataException)
        {
            // Damaged: the decoder says how.
        }

        if (unpacked > needed)
            throw wrong($"it unpacks to more than its {width}×{height} pixels can need. Delete it: it is made to fill the memory");
    }

    /// <summary>The contents of all IDAT chunks.</summary>
    private static byte[] Compressed(byte[] bytes)
    {
        using var data = new MemoryStream();
        for (long at = SignatureLength; at + Frame <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan((int)at));
            if (at + Frame + length > bytes.Length) break;
            if (bytes.AsSpan((int)at + 4, 4).SequenceEqual("IDAT"u8)) data.Write(bytes, (int)at + 8, (int)length);
            at += Frame + length;
        }

        return data.ToArray();
    }
}
