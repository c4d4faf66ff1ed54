using System.Buffers.Binary;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>
/// Walks through a JPEG's segments (ITU-T T.81, annex B) before the decoder does, which would search for ever for a
/// marker that never comes, and fills with grey what is cut off.
/// </summary>
internal static class JpegCheck
{
    /// <summary>A progressive JPEG has some ten; each takes the time of a whole picture.</summary>
    private const int MostScans = 500;

    /// <exception cref="UserError">It is cut off, its segments do not join, or it has more scans than any picture needs.</exception>
    public static void Run(ReadOnlySpan<byte> bytes, Func<string, UserError> wrong)
    {
        var at = 2;
        var framed = false;
        for (var scans = 0; ;)
        {
            if (at + 2 > bytes.Length) throw CutOff();
            if (bytes[at] != 0xff) throw Damaged($"no marker at byte {at}");
            var marker = bytes[at + 1];
            if (marker == 0xff)
            {
                at++; // fill byte
                continue;
            }

            at += 2;
            if (marker == 0xd9 && scans > 0) return;
            if (IsAlone(marker)) throw Damaged($"a marker out of place at byte {at - 2}");
            if (at + 2 > bytes.Length) throw CutOff();
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (length < 2) throw Damaged($"an impossible length at byte {at}");
            if (at + length > bytes.Length) throw CutOff();
            at += length;
            framed |= marker is 0xc0 or 0xc1 or 0xc2;
            if (marker != 0xda) continue;
            if (!framed) throw Damaged("a scan before the size");
            if (++scans > MostScans) throw wrong($"it consists of more than {MostScans} scans. Delete it: it is made to keep the machine busy");
            at = EndOfScan(bytes, at);
        }

        UserError CutOff() => wrong("it is cut off. Delete it, or replace it");

        UserError Damaged(string how) => wrong($"it is damaged ({how}). Delete it, or replace it");
    }

    /// <summary>Start and end of a picture, restarts and reserved codes: markers that no length follows.</summary>
    private static bool IsAlone(byte marker) => marker is < 0xc0 or (>= 0xd0 and <= 0xd9);

    /// <summary>The position of the first marker that ends the coded data; the end of the file without one.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> bytes, int at)
    {
        while (bytes[at..].IndexOf((byte)0xff) is var next and >= 0)
        {
            at += next;
            // In coded data 0xff is followed by 0, and restarts may lie between.
            if (at + 1 < bytes.Length && bytes[at + 1] is not (0 or (>= 0xd0 and <= 0xd7))) return at;
            at = Math.Min(at + 2, bytes.Length);
        }

        return bytes.Length;
    }
}
