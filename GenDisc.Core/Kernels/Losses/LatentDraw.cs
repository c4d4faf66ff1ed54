using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>
/// z = μ + σ ε: a draw from N(μ, σ²) through which gradients reach μ and log σ² (the reparametrisation of Kingma and
/// Welling 2014, §2.4).
/// </summary>
internal static unsafe class LatentDraw
{
    private static readonly NodePool<Node> Nodes = new(() => new Node());

    public static bool Fits(Tensor posterior, Tensor epsilon) =>
        Simd.Fits(posterior)
        && Simd.Fits(epsilon)
        && posterior.dim() == 2
        && epsilon.dim() == 2
        && posterior.size(0) == epsilon.size(0)
        && posterior.size(1) == 2 * epsilon.size(1)
        && !GradientNode.Records(epsilon);

    /// <summary>With ε from <paramref name="noise"/>: by the kernel where it may be used and fits.</summary>
    /// <param name="posterior">`[batch, 2·latent]`: means, then log-variances log σ².</param>
    /// <param name="noise">Draws ε ~ N(0, I).</param>
    /// <param name="kernels">Whether the kernel may be used.</param>
    /// <returns>`[batch, latent]`</returns>
    public static Tensor Of(Tensor posterior, Generator noise, bool kernels)
    {
        using var epsilon = randn(
            posterior.size(0), posterior.size(1) / 2, dtype: posterior.dtype, device: posterior.device, generator: noise);
        return kernels && Fits(posterior, epsilon) ? Apply(posterior, epsilon) : Twin(posterior, epsilon);
    }

    /// <param name="posterior">`[batch, 2·latent]`: means, then log-variances log σ².</param>
    /// <param name="epsilon">`[batch, latent]`, drawn from N(0, I); a constant.</param>
    /// <returns>`[batch, latent]`</returns>
    public static Tensor Apply(Tensor posterior, Tensor epsilon)
    {
        long batch = epsilon.size(0), latent = epsilon.size(1);
        var z = Memory.Empty(batch, latent);
        var node = GradientNode.Records(posterior) ? Nodes.Rent() : null;
        node?.Make(batch, latent);
        var work = new Work
        {
            Posterior = (float*)LibTorch.Data(posterior.Handle),
            Epsilon = (float*)LibTorch.Data(epsilon.Handle),
            Out = (float*)LibTorch.Data(z.Handle),
            Slope = node == null ? null : node.Slope,
            Batch = batch,
            Latent = latent,
            Rows = BlockSum.RowsOf(latent),
        };
        Team.For(BlockSum.BlocksOf(batch, work.Rows), &Draw, &work);
        node?.Attach([posterior.Handle], z);
        return z;
    }

    /// <summary>The same by tensor operations, for any type, device and strides.</summary>
    public static Tensor Twin(Tensor posterior, Tensor epsilon)
    {
        using var scope = NewDisposeScope();
        var halves = posterior.chunk(2, 1);
        return addcmul(halves[0], (halves[1] * 0.5).exp(), epsilon, 1).MoveToOuterDisposeScope();
    }

    private static void Draw(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->Rows;
        var last = Math.Min(first + work->Rows, work->Batch);
        var latent = work->Latent;
        for (var row = first; row < last; row++)
        {
            float* mean = work->Posterior + (row * 2 * latent), logVariance = mean + latent;
            float* epsilon = work->Epsilon + (row * latent), z = work->Out + (row * latent);
            var slope = work->Slope == null ? null : work->Slope + (row * latent);
            long j = 0;
            for (; j <= latent - 8; j += 8)
            {
                var spread = Spread(Vector256.Load(logVariance + j), Vector256.Load(epsilon + j));
                (Vector256.Load(mean + j) + spread).Store(z + j);
                if (slope != null) (spread * 0.5f).Store(slope + j);
            }

            if (j == latent) continue;
            var mask = Lanes.First((int)(latent - j));
            var rest = Spread(Lanes.Load(logVariance + j, mask), Lanes.Load(epsilon + j, mask));
            Lanes.Store(z + j, mask, Lanes.Load(mean + j, mask) + rest);
            if (slope != null) Lanes.Store(slope + j, mask, rest * 0.5f);
        }
    }

    /// <summary>σ ε.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Spread(Vector256<float> logVariance, Vector256<float> epsilon) =>
        Elementary.Exp(logVariance * 0.5f) * epsilon;

    /// <summary>Out holds [dz, dz · ½σε], Epsilon holds dz.</summary>
    private static void Pull(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->Rows;
        var last = Math.Min(first + work->Rows, work->Batch);
        var latent = work->Latent;
        for (var row = first; row < last; row++)
        {
            float* incoming = work->Epsilon + (row * latent), slope = work->Slope + (row * latent);
            float* mean = work->Out + (row * 2 * latent), logVariance = mean + latent;
            new ReadOnlySpan<float>(incoming, (int)latent).CopyTo(new Span<float>(mean, (int)latent));
            long j = 0;
            for (; j <= latent - 8; j += 8)
                (Vector256.Load(incoming + j) * Vector256.Load(slope + j)).Store(logVariance + j);
            for (; j < latent; j++) logVariance[j] = incoming[j] * slope[j];
        }
    }

    private struct Work
    {
        public float* Posterior;
        public float* Epsilon;
        public float* Out;
        public float* Slope;
        public long Batch;
        public long Latent;
        public long Rows;
    }

    /// <summary>Keeps ∂z/∂ log σ² = ½ σ ε.</summary>
    private sealed class Node() : GradientNode(1)
    {
        private long batch;
        private long latent;

        public float* Slope { get; private set; }

        public void Make(long rows, long width)
        {
            (batch, latent) = (rows, width);
            Slope = (float*)Memory.Rent((nuint)(rows * width) * sizeof(float));
        }

        protected override void Backward(nint gradient, Span<nint> inputs)
        {
            var own = LibTorch.Contiguous(gradient); // mostly the same tensor
            var result = Memory.NewHandle(batch, 2 * latent);
            var work = new Work
            {
                Epsilon = (float*)LibTorch.Data(own),
                Out = (float*)LibTorch.Data(result),
                Slope = Slope,
                Batch = batch,
                Latent = latent,
                Rows = BlockSum.RowsOf(latent),
            };
            Team.For(BlockSum.BlocksOf(batch, work.Rows), &Pull, &work);
            LibTorch.Dispose(own);
            inputs[0] = result;
        }

        protected override void Release()
        {
            if (Slope != null) Memory.GiveBack(Slope);
            Slope = null;
        }
    }
}
