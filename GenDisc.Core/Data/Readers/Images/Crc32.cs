namespace GenDisc.Core.Data.Readers.Images;

/// <summary>The checksum of zip entries (ISO-HDLC: polynomial 0x04C11DB7, reflected).</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = Table[(byte)crc ^ b] ^ (crc >> 8);
        return ~crc;
    }

    private static uint Entry(int index)
    {
        var entry = (uint)index;
        for (var bit = 0; bit < 8; bit++) entry = (entry >> 1) ^ ((entry & 1) == 0 ? 0 : 0xEDB88320);
        return entry;
    }
}
