using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>
/// −log p(x|l) of <see cref="BernoulliLoss"/> example by example, for several rows of logits an example: what a sum over
/// classes weighs. The examples are not copied for each row, and the gradient σ(l) − x is kept from the first pass.
/// </summary>
internal static unsafe class BernoulliCost
{
    private static readonly NodePool<Node> Nodes = new(() => new Node());

    public static bool Fits(Tensor logits, Tensor x) =>
        Simd.Fits(logits)
        && Simd.Fits(x)
        && logits.dim() == 2
        && x.dim() == 2
        && x.size(0) > 0
        && logits.size(0) % x.size(0) == 0
        && logits.size(1) == x.size(1)
        && !GradientNode.Records(x);

    /// <param name="logits">`[batch·times, size]`, the rows of an example next to each other.</param>
    /// <param name="x">`[batch, size]`, in [0, 1]; a constant.</param>
    /// <returns>`[batch·times]`, nats.</returns>
    public static Tensor Apply(Tensor logits, Tensor x)
    {
        long rows = logits.size(0), size = logits.size(1);
        var costs = Memory.Empty(rows);
        var node = GradientNode.Records(logits) ? Nodes.Rent() : null;
        node?.Make(rows, size);
        var work = new Work
        {
            Logits = (float*)LibTorch.Data(logits.Handle),
            X = (float*)LibTorch.Data(x.Handle),
            Out = (float*)LibTorch.Data(costs.Handle),
            Slope = node == null ? null : node.Slope,
            Rows = rows,
            Times = rows / x.size(0),
            Size = size,
            PerBlock = BlockSum.RowsOf(size),
        };
        Team.For(BlockSum.BlocksOf(rows, work.PerBlock), &Costs, &work);
        node?.Attach([logits.Handle], costs);
        return costs;
    }

    /// <summary>The same by tensor operations, for any type, device and strides.</summary>
    public static Tensor Twin(Tensor logits, Tensor x)
    {
        using var scope = NewDisposeScope();
        var times = logits.size(0) / x.size(0);
        var each = times == 1 ? x : x.repeat_interleave(times, 0);
        return GenDisc.Core.Losses.BernoulliLogLikelihood.PerExample(logits, each).neg().MoveToOuterDisposeScope();
    }

    private static void Costs(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->PerBlock;
        var last = Math.Min(first + work->PerBlock, work->Rows);
        var one = Vector256<float>.One;
        for (var row = first; row < last; row++)
        {
            float* logits = work->Logits + (row * work->Size), x = work->X + (row / work->Times * work->Size);
            var slope = work->Slope == null ? null : work->Slope + (row * work->Size);
            var sums = Vector256<double>.Zero;
            long j = 0;
            for (; j <= work->Size - 8; j += 8)
            {
                Lanes.Add(ref sums, BernoulliLoss.Loss(Vector256.Load(logits + j), Vector256.Load(x + j), one, out var slopes));
                if (slope != null) slopes.Store(slope + j);
            }

            if (j < work->Size)
            {
                var mask = Lanes.First((int)(work->Size - j));
                var loss = BernoulliLoss.Loss(Lanes.Load(logits + j, mask), Lanes.Load(x + j, mask), one, out var slopes);
                Lanes.Add(ref sums, loss & mask);
                if (slope != null) Lanes.Store(slope + j, mask, slopes);
            }

            work->Out[row] = (float)Vector256.Sum(sums);
        }
    }

    /// <summary>Logits hold the gradient of each row's cost, Out the result.</summary>
    private static void Pull(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->PerBlock;
        var last = Math.Min(first + work->PerBlock, work->Rows);
        for (var row = first; row < last; row++)
        {
            float* slope = work->Slope + (row * work->Size), result = work->Out + (row * work->Size);
            var factor = work->Logits[row];
            var factors = Vector256.Create(factor);
            long j = 0;
            for (; j <= work->Size - 8; j += 8) (Vector256.Load(slope + j) * factors).Store(result + j);
            for (; j < work->Size; j++) result[j] = slope[j] * factor;
        }
    }

    private struct Work
    {
        public float* Logits;
        public float* X;
        public float* Out;
        public float* Slope;
        public long Rows;
        public long Times;
        public long Size;
        public long PerBlock;
    }

    /// <summary>Keeps ∂cost/∂l = σ(l) − x.</summary>
    private sealed class Node() : GradientNode(1)
    {
        private long rows;
        private long size;

        public float* Slope { get; private set; }

        public void Make(long count, long width)
        {
            (rows, size) = (count, width);
            Slope = (float*)Memory.Rent((nuint)(count * width) * sizeof(float));
        }

        protected override void Backward(nint gradient, Span<nint> inputs)
        {
            var given = LibTorch.Contiguous(gradient); // mostly the same tensor
            var result = Memory.NewHandle(rows, size);
            var work = new Work
            {
                Logits = (float*)LibTorch.Data(given),
                Out = (float*)LibTorch.Data(result),
                Slope = Slope,
                Rows = rows,
                Size = size,
                PerBlock = BlockSum.RowsOf(size),
            };
            Team.For(BlockSum.BlocksOf(rows, work.PerBlock), &Pull, &work);
            LibTorch.Dispose(given);
            inputs[0] = result;
        }

        protected override void Release()
        {
            if (Slope != null) Memory.GiveBack(Slope);
            Slope = null;
        }
    }
}
