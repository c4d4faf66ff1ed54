using System.Buffers.Binary;
using System.Text;

namespace GenDisc.Core.Runtime;

/// <summary>Edits the "version needs" section of a 64-bit little-endian ELF file (System V gABI, LSB 5.0 §10.7).</summary>
internal static class ElfVersions
{
    private const uint VersionNeedsSection = 0x6ffffffe; // SHT_GNU_verneed
    private const byte Weak = 2; // VER_FLG_WEAK: the loader goes on when the version is missing

    /// <summary>
    /// Marks every need for <paramref name="version"/> as weak, in place. True when there was one; false too for bytes
    /// that are no such file or a damaged one.
    /// </summary>
    public static bool Weaken(byte[] elf, string version)
    {
        if (!elf.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8)) return false;
        try
        {
            return WeakenNeeds(elf, version);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            return false; // an offset points outside the file
        }
    }

    private static bool WeakenNeeds(byte[] elf, string version)
    {
        int U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(checked((int)at)));
        long U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(checked((int)at)));
        long U64(long at) => BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(checked((int)at)));

        var found = false;
        long sections = U64(0x28), sectionSize = U16(0x3A);
        for (var i = 0; i < U16(0x3C); i++)
        {
            var section = sections + (i * sectionSize);
            if (U32(section + 4) != VersionNeedsSection) continue;
            var names = U64(sections + (U32(section + 40) * sectionSize) + 24);
            for (var need = U64(section + 24); ; need += U32(need + 12))
            {
                var entry = need + U32(need + 8);
                for (var k = U16(need + 2); k > 0; k--, entry += U32(entry + 12))
                {
                    if (!NameAt(elf, names + U32(entry + 8)).Equals(version, StringComparison.Ordinal)) continue;
                    elf[entry + 4] |= Weak;
                    found = true;
                }

                if (U32(need + 12) == 0) break;
            }
        }

        return found;
    }

    private static string NameAt(byte[] elf, long start)
    {
        var tail = elf.AsSpan(checked((int)start));
        var length = tail.IndexOf((byte)0);
        return Encoding.ASCII.GetString(length < 0 ? tail : tail[..length]);
    }
}
