using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>What an IDX file holds: bytes of the shape its header states, and the SHA-256 and length of the whole content.</summary>
public sealed record IdxContent(string Path, ImmutableArray<int> Shape, byte[] Bytes, string Sha256, long Length)
{
    public int Count => Shape[0];
}

/// <summary>
/// Reads the IDX format of MNIST (LeCun): a magic number (two zeros, type 8 = unsigned byte, number of dimensions), a
/// big-endian 32-bit size for each dimension, then the bytes. Raw or gzip, told apart by content. The header is never
/// trusted: memory grows with the bytes that arrive.
/// </summary>
public static class Idx
{
    private const int FirstBuffer = 1 << 20;

    /// <summary>Deflate codes at best 258 bytes in 2 bits.</summary>
    private const long BestCompression = 1032;

    /// <summary>Images: shape [count, height, width].</summary>
    /// <exception cref="UserError">The file is missing, unreadable, damaged, or holds no images.</exception>
    public static IdxContent ReadImages(string path) => Read(path, 3, "images");

    /// <summary>Labels: shape [count], each in 0..classes-1.</summary>
    /// <exception cref="UserError">The file is missing, unreadable, damaged, holds no labels, or one lies outside the classes.</exception>
    public static IdxContent ReadLabels(string path, int classes)
    {
        var content = Read(path, 1, "labels");
        var wrong = content.Bytes.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)Math.Min(255, classes - 1));
        if (wrong < 0) return content;
        throw new UserError(
            $"{path}: the label of example {wrong} is {content.Bytes[wrong]}, "
            + $"but the {classes} classes are 0 to {classes - 1}. Replace the file with the labels of this dataset.");
    }

    /// <summary>A dataset of one-channel images from a file of images and a file of labels.</summary>
    /// <exception cref="UserError">One of the files is unusable, or they do not belong together.</exception>
    public static Dataset ToDataset(string name, IdxContent images, IdxContent labels, IReadOnlyList<string> classNames)
    {
        if (images.Count != labels.Count)
            throw new UserError(
                $"{images.Path} holds {images.Count} images, but {labels.Path} holds {labels.Count} labels. "
                + "Replace both files with a pair that belongs together.");
        int[] shape = [1, images.Shape[1], images.Shape[2]];
        return Dataset.OfPixels(name, shape, images.Bytes, Array.ConvertAll(labels.Bytes, b => (int)b), classNames);
    }

    private static IdxContent Read(string path, int dimensions, string what)
    {
        using var file = PossiblyGzipped.Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        Span<byte> header = stackalloc byte[4 + (4 * dimensions)];
        var got = file.Fill(header[..4]);
        var magic = BinaryPrimitives.ReadInt32BigEndian(header);
        if (got == 4 && magic != 0x800 + dimensions)
            throw new UserError(
                $"{path}: an IDX file of {what} begins with the number {0x800 + dimensions}, "
                + $"but this one begins with {magic}{Guess(magic)}. Put the file of {what} in its place.");
        if (got == 4) got += file.Fill(header[4..]);
        if (got < header.Length)
            throw Damaged(path, $"it ends after {got} bytes, within the header of {header.Length}");

        var shape = ImmutableArray.CreateBuilder<int>(dimensions);
        Int128 claimed = 1;
        for (var d = 0; d < dimensions; d++)
        {
            var side = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * d))..]);
            claimed *= side;
            shape.Add((int)Math.Min(side, int.MaxValue));
        }

        if (claimed == 0) throw Damaged(path, $"its header states that it holds no {what}");
        var most = Math.Min(file.IsGzip ? file.StoredLength * BestCompression : file.StoredLength, Array.MaxLength) - header.Length;
        if (claimed > most)
            throw Damaged(
                path, $"its header claims {shape[0]} {what} in {Group(claimed)} bytes, but the file can hold at most {Group(most)}");

        var bytes = ReadBody(file, (int)claimed, path, shape[0], what);
        hash.AppendData(header);
        hash.AppendData(bytes);
        return new IdxContent(
            path, shape.MoveToImmutable(), bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), header.Length + bytes.LongLength);
    }

    private static byte[] ReadBody(PossiblyGzipped file, int claimed, string path, int count, string what)
    {
        var bytes = new byte[file.IsGzip ? Math.Min(claimed, FirstBuffer) : claimed];
        var got = 0;
        while (true)
        {
            got += file.Fill(bytes.AsSpan(got));
            if (got == claimed) break;
            if (got < bytes.Length)
                throw Damaged(path, $"its header claims {count} {what} in {Group(claimed)} bytes, but it ends after {Group(got)} of them");
            Array.Resize(ref bytes, (int)Math.Min(claimed, 2L * bytes.Length));
        }

        if (file.Fill(stackalloc byte[1]) > 0)
            throw Damaged(path, $"it goes on after the {count} {what} that its header claims");
        return bytes;
    }

    private static UserError Damaged(string path, string how) =>
        new($"{path}: {how}. The file is damaged or no IDX file: replace it with an undamaged copy.");

    private static string Guess(int magic) => magic switch
    {
        0x801 => " (labels)",
        0x803 => " (images)",
        _ => "",
    };

    private static string Group(Int128 number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
