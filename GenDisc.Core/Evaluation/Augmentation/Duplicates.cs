using System.Runtime.InteropServices;
using System.Security.Cryptography;
using GenDisc.Core.Data;

namespace GenDisc.Core.Evaluation.Augmentation;

/// <summary>
/// Examples that are the same number for number, whatever their labels. They are told by the first 128 bits of SHA-256:
/// that two others agree in these has a chance of less than 10^−24 among 10^7 examples.
/// </summary>
public static class Duplicates
{
    /// <summary>What tells the examples of a split from others; −0 counts as 0.</summary>
    public static IReadOnlySet<UInt128> Fingerprints(Split split)
    {
        var found = new HashSet<UInt128>(split.Count);
        var row = new float[split.Data.ExampleSize];
        foreach (var index in split.Indices.Span) found.Add(Fingerprint(split.Data, index, row));
        return found;
    }

    /// <summary>Places in <paramref name="split"/> whose examples are among <paramref name="known"/>.</summary>
    public static int[] PlacesAmong(Split split, IReadOnlySet<UInt128> known)
    {
        var places = new List<int>();
        var row = new float[split.Data.ExampleSize];
        var indices = split.Indices.Span;
        for (var place = 0; place < indices.Length; place++)
        {
            if (known.Contains(Fingerprint(split.Data, indices[place], row))) places.Add(place);
        }

        return [.. places];
    }

    /// <param name="row">Where real numbers are brought to one form, `[example size]`.</param>
    private static UInt128 Fingerprint(Dataset data, int index, float[] row)
    {
        var (start, size) = (index * data.ExampleSize, data.ExampleSize);
        if (!data.Pixels.IsEmpty) return Hash(data.Pixels.Span.Slice(start, size));
        var values = data.Values.Span.Slice(start, size);
        for (var i = 0; i < size; i++) row[i] = values[i] + 0f; // −0 + 0 = 0
        return Hash(MemoryMarshal.AsBytes<float>(row));
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
