using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>
/// KL(N(μ, σ²) ‖ N(0, I)) = ½ Σ_j (μ_j² + σ_j² − log σ_j² − 1) with its gradient, in one pass (Kingma and Welling 2014,
/// app. B).
/// </summary>
internal static unsafe class GaussianKlLoss
{
    public static bool Fits(Tensor posterior) =>
        Simd.Fits(posterior) && posterior.dim() == 2 && posterior.size(1) % 2 == 0;

    /// <param name="posterior">`[batch, 2·latent]`: means, then log-variances log σ².</param>
    /// <param name="scale">Factor of the gradient, and of it alone.</param>
    /// <param name="gradient">Becomes scale μ and scale ½ (σ² − 1): contiguous, of the posterior's shape.</param>
    /// <returns>Nats, summed over the whole batch.</returns>
    public static double Sum(Tensor posterior, double scale, Tensor? gradient)
    {
        Shapes.RequireGradient(gradient, posterior);
        var batch = posterior.size(0);
        var latent = posterior.size(1) / 2;
        var work = new Work
        {
            Posterior = (float*)LibTorch.Data(posterior.Handle),
            Gradient = gradient is null ? null : (float*)LibTorch.Data(gradient.Handle),
            Scale = (float)scale,
            Batch = batch,
            Latent = latent,
            Rows = BlockSum.RowsOf(latent),
        };
        return BlockSum.Over(BlockSum.BlocksOf(batch, work.Rows), &Block, &work);
    }

    /// <summary>The same by tensor operations, for any type, device and strides.</summary>
    public static double Twin(Tensor posterior, double scale, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        var halves = posterior.chunk(2, 1);
        var (mean, logVariance) = (halves[0], halves[1]);
        var variance = logVariance.exp();
        gradient?.copy_(cat([mean * scale, (variance - 1) * (0.5 * scale)], 1));
        return (mean.square() + variance - logVariance - 1).sum().ToDouble() * 0.5;
    }

    private static double Block(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->Rows;
        var last = Math.Min(first + work->Rows, work->Batch);
        var scale = Vector256.Create(work->Scale);
        var sums = Vector256<double>.Zero;
        for (var row = first; row < last; row++)
        {
            var start = row * 2 * work->Latent;
            Row(work->Posterior + start, work->Gradient == null ? null : work->Gradient + start, work->Latent, scale, ref sums);
        }

        return Vector256.Sum(sums) * 0.5;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(float* posterior, float* gradient, long latent, Vector256<float> scale, ref Vector256<double> sums)
    {
        long j = 0;
        for (; j <= latent - 8; j += 8)
        {
            var mean = Vector256.Load(posterior + j);
            Lanes.Add(ref sums, Twice(mean, Vector256.Load(posterior + latent + j), scale, out var slope));
            if (gradient == null) continue;
            (mean * scale).Store(gradient + j);
            slope.Store(gradient + latent + j);
        }

        if (j == latent) return;
        var mask = Lanes.First((int)(latent - j));
        var rest = Lanes.Load(posterior + j, mask);
        var twice = Twice(rest, Lanes.Load(posterior + latent + j, mask), scale, out var slopes);
        Lanes.Add(ref sums, twice & mask);
        if (gradient == null) return;
        Lanes.Store(gradient + j, mask, rest * scale);
        Lanes.Store(gradient + latent + j, mask, slopes);
    }

    /// <summary>μ² + σ² − log σ² − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Twice(
        Vector256<float> mean,
        Vector256<float> logVariance,
        Vector256<float> scale,
        out Vector256<float> slope)
    {
        var excess = Elementary.Exp(logVariance) - Vector256<float>.One;
        slope = excess * (scale * 0.5f);
        return (mean * mean) + (excess - logVariance);
    }

    private struct Work
    {
        public float* Posterior;
        public float* Gradient;
        public float Scale;
        public long Batch;
        public long Latent;
        public long Rows;
    }
}
