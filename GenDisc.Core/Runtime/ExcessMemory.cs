using System.Runtime.InteropServices;

namespace GenDisc.Core.Runtime;

/// <summary>
/// Bounds the memory that glibc's allocator holds without use. Before version 2.38 it can lose large aligned blocks, as
/// libtorch asks for, between slivers that its thread cache holds on to, and then the process grows without end.
/// </summary>
internal sealed partial class ExcessMemory
{
    private const int Largest = 256 << 20;
    private long resident;

    /// <summary>
    /// Returns free memory to the system where there is more of it than is in use, and more than 256 MB: then again when
    /// resident memory has grown by as much, for glibc counts what it has returned as free.
    /// </summary>
    /// <returns>Whether it did. Never without glibc 2.33 or newer.</returns>
    public bool Return()
    {
        try
        {
            var state = State();
            if (state.Free < Math.Max(state.Used, Largest)) return false;
            if (Environment.WorkingSet < resident + Largest) return false;
            var returned = Trim(0) == 1;
            resident = Environment.WorkingSet;
            return returned;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

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
