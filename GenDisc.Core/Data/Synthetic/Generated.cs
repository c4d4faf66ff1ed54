using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>What generated datasets share: a fixed seed, and a checksum in place of a file's.</summary>
internal static class Generated
{
    /// <summary>Of every generated dataset: all users have the same examples.</summary>
    public const long Seed = 2026;

    public static LoadedData Load(Dataset train, Dataset test)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = 0L;
        foreach (var data in new[] { train, test })
        {
            Add(data.Pixels.Span);
            Add(MemoryMarshal.AsBytes(data.Values.Span));
            Add(MemoryMarshal.AsBytes(data.Labels.Span));
            Add(MemoryMarshal.AsBytes(data.Targets.Span));
        }

        return new LoadedData(train, test,
            [new DataFile($"{train.Name} (generated, seed {Seed})", Convert.ToHexStringLower(hash.GetHashAndReset()), bytes)]);

        void Add(ReadOnlySpan<byte> content)
        {
            hash.AppendData(content);
            bytes += content.Length;
        }
    }
}
