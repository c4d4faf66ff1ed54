using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>
/// m ← m + share · (v − m) for every element of many tensors, on all of libtorch's threads and without managed memory.
/// Every element is computed alone, rounded once, so that results do not depend on the number of threads.
/// </summary>
internal sealed unsafe class AverageKernel
{
    /// <summary>Elements; with both sides 128 kB.</summary>
    private const int BlockSize = 16384;

    private readonly Tensor[] values;
    private readonly Tensor[] means;
    private readonly Piece[] pieces;

    /// <param name="values">v: float32, on the CPU, row-major.</param>
    /// <param name="means">m of each, of the same size and kind.</param>
    public AverageKernel(ReadOnlySpan<Tensor> values, ReadOnlySpan<Tensor> means)
    {
        this.values = [.. values];
        this.means = [.. means];
        var count = 0;
        foreach (var tensor in values) count += BlocksOf(tensor);
        pieces = GC.AllocateArray<Piece>(count, pinned: true);
    }

    /// <param name="share">In [0, 1].</param>
    public void Run(float share)
    {
        var next = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var value = (float*)LibTorch.Data(values[i].Handle);
            var mean = (float*)LibTorch.Data(means[i].Handle);
            var length = values[i].numel();
            for (long from = 0; from < length; from += BlockSize)
                pieces[next++] = new Piece { Values = value + from, Means = mean + from, Count = (int)Math.Min(BlockSize, length - from) };
        }

        LibTorch.ThrowIfFailed();
        fixed (Piece* first = pieces)
        {
            var sweep = new Sweep { Pieces = first, Share = share };
            Team.For(next, &RunBlock, &sweep);
        }
    }

    private static int BlocksOf(Tensor tensor) => (int)((tensor.numel() + BlockSize - 1) / BlockSize);

    private static void RunBlock(void* state, int block)
    {
        var sweep = (Sweep*)state;
        var value = sweep->Pieces[block].Values;
        var mean = sweep->Pieces[block].Means;
        var count = sweep->Pieces[block].Count;
        var share = Vector256.Create(sweep->Share);
        var i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var m = Vector256.Load(mean + i);
            Fma.MultiplyAdd(share, Vector256.Load(value + i) - m, m).Store(mean + i);
        }

        for (; i < count; i++) mean[i] = MathF.FusedMultiplyAdd(sweep->Share, value[i] - mean[i], mean[i]);
    }

    private struct Piece
    {
        public float* Values;
        public float* Means;
        public int Count;
    }

    private struct Sweep
    {
        public Piece* Pieces;
        public float Share;
    }
}
