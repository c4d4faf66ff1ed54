using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GenDisc.Core.Runtime;
using TorchSharp;

namespace GenDisc.Core.Kernels.Native;

/// <summary>
/// Shares the blocks of a kernel among libtorch's own OpenMP threads. They still spin from the matrix product before,
/// so waking them costs about a microsecond, and no second set of threads competes for the cores. Without libgomp
/// (Windows, macOS) the blocks are shared by the thread pool.
/// </summary>
internal static unsafe class Team
{
    private static readonly delegate* unmanaged[Cdecl]<void*, void*, uint, uint, void> Parallel = FindParallel();

    /// <summary>
    /// Calls <paramref name="body"/>(state, block) once for every block in [0, blocks), in any order and on any thread.
    /// A body must not throw, and must write only what belongs to its block: then results do not depend on the number
    /// of threads.
    /// </summary>
    public static void For(int blocks, delegate*<void*, int, void> body, void* state)
    {
        var threads = blocks > 1 ? Math.Min(blocks, torch.get_num_threads()) : 1;
        var work = new Work { Body = body, State = state, Blocks = blocks };
        if (threads == 1) work.Drain();
        else if (Parallel != null) Parallel((delegate* unmanaged[Cdecl]<void*, void>)&Enter, &work, (uint)threads, 0);
        else Pooled(&work, threads);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Enter(void* work) => ((Work*)work)->Drain();

    private static void Pooled(Work* work, int threads)
    {
        var address = (nint)work;
        System.Threading.Tasks.Parallel.For(0, threads, _ => ((Work*)address)->Drain());
    }

    private static delegate* unmanaged[Cdecl]<void*, void*, uint, uint, void> FindParallel()
    {
        TorchRuntime.Init();
        return TorchRuntime.OpenMp is { } library && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var address)
            ? (delegate* unmanaged[Cdecl]<void*, void*, uint, uint, void>)address
            : null;
    }

    private struct Work
    {
        public delegate*<void*, int, void> Body;
        public void* State;
        public int Blocks;
        private int taken;

        public void Drain()
        {
            while (Interlocked.Increment(ref taken) - 1 is var block && block < Blocks) Body(State, block);
        }
    }
}
