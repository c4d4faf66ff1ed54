using System.Runtime.InteropServices;

namespace GenDisc.Core.Runtime;

/// <summary>
/// Tells glibc's allocator to keep freed memory, within bounds. By default it hands blocks of activations back to the
/// system after each use, and getting them again costs a page fault for every 4 kB. But glibc before 2.38 can lose
/// large aligned blocks between slivers that its thread cache holds on to, and then grows without end, kept memory or
/// not; so what lies free beyond a bound is returned from time to time.
/// </summary>
internal static partial class Allocator
{
    // malloc.h
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    private const int LargestMmapThreshold = 32 << 20; // what glibc takes at most on 64 bits
    private const int Pad = 64 << 20;
    private const int LargestExcess = 256 << 20;
    private static long _resident;

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

    /// <summary>
    /// Returns free memory to the system where there is more of it than is in use, and more than 256 MB: then again when
    /// resident memory has grown by as much, for glibc counts what it has returned as free.
    /// </summary>
    /// <returns>Whether it did. Never without glibc 2.33 or newer.</returns>
    public static bool ReturnExcess()
    {
        try
        {
            var state = State();
            if (state.Free < Math.Max(state.Used, LargestExcess)) return false;
            if (Environment.WorkingSet < _resident + LargestExcess) return false;
            var returned = Trim(0) == 1;
            _resident = Environment.WorkingSet;
            return returned;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial MallocState State();

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    /// <summary>struct mallinfo2 of malloc.h; the two fields read here are uordblks and fordblks.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 10 * 8)]
    private struct MallocState
    {
        [FieldOffset(7 * 8)]
        public nuint Used;

        [FieldOffset(8 * 8)]
        public nuint Free;
    }
}
