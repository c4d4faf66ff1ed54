using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>
/// A sum over blocks that threads share. The blocks are fixed and their sums are added in order, so the result is the
/// same bits for any number of threads.
/// </summary>
internal static unsafe class BlockSum
{
    /// <summary>Elements of a block: some microseconds of work.</summary>
    public const int Size = 4096;

    /// <summary>How many blocks of <paramref name="size"/> hold <paramref name="count"/>.</summary>
    public static int BlocksOf(long count, long size) => checked((int)((count + size - 1) / size));

    /// <summary>How many rows make up a block; at least one.</summary>
    public static long RowsOf(long width) => Math.Max(1, Size / Math.Max(1, width));

    /// <summary>Σ <paramref name="body"/>(state, block) over the blocks.</summary>
    public static double Over(int blocks, delegate*<void*, int, double> body, void* state)
    {
        var sums = (double*)Memory.Rent((nuint)blocks * sizeof(double));
        var work = new Work { Body = body, State = state, Sums = sums };
        Team.For(blocks, &One, &work);
        var total = 0.0;
        for (var b = 0; b < blocks; b++) total += sums[b];
        Memory.GiveBack(sums);
        return total;
    }

    private static void One(void* state, int block)
    {
        var work = (Work*)state;
        work->Sums[block] = work->Body(work->State, block);
    }

    private struct Work
    {
        public delegate*<void*, int, double> Body;
        public void* State;
        public double* Sums;
    }
}
