using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>
/// −log p(x|l) = Σ_d max(l_d, 0) − l_d x_d + log(1 + exp(−|l_d|)) for logits l, with its gradient σ(l) − x, in one pass
/// (Kingma and Welling 2014, app. C.1). x lies in [0, 1]; grey pixels count as probabilities.
/// </summary>
internal static unsafe class BernoulliLoss
{
    public static bool Fits(Tensor logits, Tensor x) => Simd.Fits(logits) && Simd.Fits(x) && Shapes.Equal(logits, x);

    /// <param name="logits">`[batch, …]`</param>
    /// <param name="x">`[batch, …]`, in [0, 1]</param>
    /// <param name="scale">Factor of the gradient, and of it alone.</param>
    /// <param name="gradient">Becomes scale (σ(l) − x): contiguous, of the logits' shape.</param>
    /// <returns>Nats, summed over the whole batch.</returns>
    public static double Sum(Tensor logits, Tensor x, double scale, Tensor? gradient)
    {
        Shapes.RequireGradient(gradient, logits);
        var count = logits.numel();
        var work = new Work
        {
            Logits = (float*)LibTorch.Data(logits.Handle),
            X = (float*)LibTorch.Data(x.Handle),
            Gradient = gradient is null ? null : (float*)LibTorch.Data(gradient.Handle),
            Scale = (float)scale,
            Count = count,
        };
        return BlockSum.Over(BlockSum.BlocksOf(count, BlockSum.Size), &Block, &work);
    }

    /// <summary>The same by tensor operations, for any type, device and strides.</summary>
    public static double Twin(Tensor logits, Tensor x, double scale, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        gradient?.copy_((logits.sigmoid() - x) * scale);
        return (logits.clamp_min(0) - (logits * x) + logits.abs().neg().exp().log1p()).sum().ToDouble();
    }

    private static double Block(void* state, int block)
    {
        var work = (Work*)state;
        var start = (long)block * BlockSum.Size;
        var count = (int)Math.Min(BlockSum.Size, work->Count - start);
        float* logits = work->Logits + start, x = work->X + start, gradient = work->Gradient;
        if (gradient != null) gradient += start;
        var scale = Vector256.Create(work->Scale);
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            Lanes.Add(ref sums, Loss(Vector256.Load(logits + i), Vector256.Load(x + i), scale, out var slope));
            if (gradient != null) slope.Store(gradient + i);
        }

        if (i < count)
        {
            var mask = Lanes.First(count - i);
            var loss = Loss(Lanes.Load(logits + i, mask), Lanes.Load(x + i, mask), scale, out var slope);
            Lanes.Add(ref sums, loss & mask);
            if (gradient != null) Lanes.Store(gradient + i, mask, slope);
        }

        return Vector256.Sum(sums);
    }

    /// <summary>The loss of eight dimensions, and <paramref name="scale"/> times its gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Loss(
        Vector256<float> l,
        Vector256<float> x,
        Vector256<float> scale,
        out Vector256<float> slope)
    {
        var y = Elementary.ExpNonPositive(-Vector256.Abs(l));
        slope = (Elementary.Sigmoid(l, y) - x) * scale;
        var linear = Fma.MultiplyAddNegated(l, x, Vector256.MaxNative(Vector256<float>.Zero, l));
        return linear + Elementary.Log1PUnit(y);
    }

    private struct Work
    {
        public float* Logits;
        public float* X;
        public float* Gradient;
        public float Scale;
        public long Count;
    }
}
