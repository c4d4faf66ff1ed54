using System.Runtime.InteropServices;

namespace GenDisc.Core.Runtime;

/// <summary>
/// Tells glibc's allocator to keep freed memory. By default it hands blocks of activations back to the system after each
/// use, and getting them again costs a page fault for every 4 kB. <see cref="ExcessMemory"/> bounds what is kept.
/// </summary>
internal static partial class Allocator
{
    // malloc.h
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    private const int LargestMmapThreshold = 32 << 20; // what glibc takes at most on 64 bits
    private const int Pad = 64 << 20;

    /// <summary>Does nothing where there is no glibc.</summary>
    public static void KeepFreedMemory()
    {
        try
        {
            _ = SetOption(MmapThreshold, LargestMmapThreshold);
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(TopPad, Pad);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // another C library: only slower
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
