using System.Security.Cryptography;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>A batch of CIFAR-10: count * 3,072 pixels, [3, 32, 32] each, count labels, and the SHA-256 and length of the whole content.</summary>
public sealed record CifarBatch(string Path, byte[] Pixels, byte[] Labels, string Sha256, long Length)
{
    public int Count => Labels.Length;
}

/// <summary>
/// Reads the binary version of CIFAR-10 (Krizhevsky 2009): records of one label byte and 3,072 pixel bytes, red, green
/// and blue planes of 32 rows. Raw or gzip, told apart by content.
/// </summary>
public static class Cifar
{
    /// <summary>Bytes of one record: its label and its pixels.</summary>
    public const int RecordSize = 1 + ImageSize;

    private const int ImageSize = 3 * 32 * 32;
    private const int Classes = 10;

    /// <summary>Ten times an official batch; beyond it the file is something else, such as an endless gzip.</summary>
    private const int MostImages = 100_000;

    /// <exception cref="UserError">The file is missing, unreadable, not of whole records, or a label is not 0 to 9.</exception>
    public static CifarBatch Read(string path)
    {
        using var file = PossiblyGzipped.Open(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var record = new byte[RecordSize];
        var pixels = new MemoryStream();
        var labels = new List<byte>();
        while (file.Fill(record) is var got and > 0)
        {
            if (got < RecordSize)
                throw Damaged(path, $"it ends after {got} of the {RecordSize} bytes of image {labels.Count}");
            if (record[0] >= Classes)
                throw Damaged(path, $"the label of image {labels.Count} is {record[0]}, but the {Classes} classes are 0 to {Classes - 1}");
            if (labels.Count == MostImages)
                throw Damaged(path, $"it goes on after {MostImages} images, but a batch holds 10000");
            hash.AppendData(record);
            labels.Add(record[0]);
            pixels.Write(record.AsSpan(1));
        }

        if (labels.Count == 0) throw Damaged(path, "it is empty");
        return new CifarBatch(
            path, pixels.ToArray(), [.. labels], Convert.ToHexStringLower(hash.GetHashAndReset()), (long)RecordSize * labels.Count);
    }

    /// <summary>The batches one after another, shape [3, 32, 32].</summary>
    /// <exception cref="UserError">There are not as many classes as labels need.</exception>
    public static Dataset ToDataset(string name, IReadOnlyCollection<CifarBatch> batches, IReadOnlyList<string> classNames)
    {
        var pixels = new byte[batches.Sum(batch => batch.Pixels.Length)];
        var at = 0;
        foreach (var batch in batches)
        {
            batch.Pixels.CopyTo(pixels, at);
            at += batch.Pixels.Length;
        }

        int[] labels = [.. batches.SelectMany(batch => batch.Labels).Select(label => (int)label)];
        return Dataset.OfPixels(name, [3, 32, 32], pixels, labels, classNames);
    }

    private static UserError Damaged(string path, string how) =>
        new($"{path}: {how}. The file is damaged or no binary batch of CIFAR-10: replace it with an undamaged copy.");
}
