using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Losses;

/// <summary>
/// −log softmax(l)_y = log Σ_k exp(l_k − m) − (l_y − m) with m = max l, its gradient softmax(l) − onehot(y), and how many
/// examples the largest logit gets right.
/// </summary>
internal static unsafe class CrossEntropyLoss
{
    public static bool Fits(Tensor logits, Tensor labels) =>
        Simd.Fits(logits)
        && logits.dim() == 2
        && logits.size(1) > 0
        && labels.dtype == ScalarType.Int64
        && labels.device_type == DeviceType.CPU
        && LibTorch.IsContiguous(labels.Handle)
        && labels.dim() == 1
        && labels.size(0) == logits.size(0);

    /// <param name="logits">`[batch, classes]`</param>
    /// <param name="labels">`[batch]`, int64 in [0, classes)</param>
    /// <param name="scale">Factor of the gradient, and of it alone.</param>
    /// <param name="gradient">Becomes scale (softmax(l) − onehot(y)): contiguous, of the logits' shape.</param>
    /// <param name="correct">
    /// Examples whose largest logit is the label's; of equal ones the first counts, and NaN counts as largest, as in
    /// torch.argmax.
    /// </param>
    /// <returns>Nats, summed over the whole batch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A label outside [0, classes).</exception>
    public static double Sum(Tensor logits, Tensor labels, double scale, Tensor? gradient, out int correct)
    {
        Shapes.RequireGradient(gradient, logits);
        var batch = logits.size(0);
        var classes = logits.size(1);
        var work = new Work
        {
            Logits = (float*)LibTorch.Data(logits.Handle),
            Labels = (long*)LibTorch.Data(labels.Handle),
            Gradient = gradient is null ? null : (float*)LibTorch.Data(gradient.Handle),
            Scale = (float)scale,
            Batch = batch,
            Classes = checked((int)classes),
            Rows = BlockSum.RowsOf(classes),
        };
        for (long row = 0; row < batch; row++)
            if ((ulong)work.Labels[row] >= (ulong)classes) throw OutOfRange(work.Labels[row], classes);
        var sum = BlockSum.Over(BlockSum.BlocksOf(batch, work.Rows), &Block, &work);
        correct = work.Correct;
        return sum;
    }

    /// <summary>The same by tensor operations, for any type, device and strides.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A label outside [0, classes).</exception>
    public static double Twin(Tensor logits, Tensor labels, double scale, Tensor? gradient, out int correct)
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        var classes = logits.size(1);
        correct = 0;
        if (labels.numel() == 0) return 0;
        foreach (var extreme in new[] { labels.min().ToInt64(), labels.max().ToInt64() })
            if (extreme < 0 || extreme >= classes) throw OutOfRange(extreme, classes);
        var column = labels.unsqueeze(1);
        var logSoftmax = nn.functional.log_softmax(logits, 1);
        var ones = ones_like(column, logits.dtype);
        gradient?.copy_(logSoftmax.exp().scatter_add(1, column, ones.neg()) * scale);
        correct = (int)logits.argmax(1).eq(labels).sum().ToInt64();
        return -logSoftmax.gather(1, column).sum().ToDouble();
    }

    private static ArgumentOutOfRangeException OutOfRange(long label, long classes) =>
        new(nameof(label), label, $"a label must be in [0, {classes})");

    private static double Block(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->Rows;
        var last = Math.Min(first + work->Rows, work->Batch);
        var sum = 0.0;
        var correct = 0;
        for (var row = first; row < last; row++)
        {
            var start = row * work->Classes;
            var gradient = work->Gradient == null ? null : work->Gradient + start;
            var label = (int)work->Labels[row];
            sum += Row(work->Logits + start, work->Classes, label, work->Scale, gradient, out var largest);
            if (largest == label) correct++;
        }

        Interlocked.Add(ref work->Correct, correct);
        return sum;
    }

    private static double Row(float* logits, int classes, int label, float scale, float* gradient, out int largest)
    {
        var max = Max(logits, classes, out var anyNaN);
        if (anyNaN) return Spoilt(logits, classes, gradient, out largest);
        largest = -1;
        var m = Vector256.Create(max);
        var sums = Vector256<double>.Zero;
        for (var k = 0; k < classes; k += 8)
        {
            var mask = Lanes.First(classes - k);
            var l = Load(logits + k, mask);
            if (largest < 0 && Avx.MoveMask(Vector256.Equals(l, m)) is var hits and not 0)
                largest = k + BitOperations.TrailingZeroCount(hits);
            var e = Elementary.ExpNonPositive(l - m) & mask;
            Lanes.Add(ref sums, e);
            if (gradient != null) Store(gradient + k, mask, e, classes - k);
        }

        var sum = Vector256.Sum(sums);
        if (gradient != null) Normalise(gradient, classes, label, scale, sum);
        return Math.Log(sum) - ((double)logits[label] - max);
    }

    private static float Max(float* logits, int classes, out bool anyNaN)
    {
        var max = Vector256.Create(float.NegativeInfinity);
        var unordered = Vector256<float>.Zero;
        for (var k = 0; k < classes; k += 8)
        {
            var l = Load(logits + k, Lanes.First(classes - k));
            max = Avx.Max(max, l);
            unordered |= Avx.CompareUnordered(l, l);
        }

        anyNaN = Avx.MoveMask(unordered) != 0;
        return Lanes.Max(max);
    }

    private static void Normalise(float* gradient, int classes, int label, float scale, double sum)
    {
        var factor = Vector256.Create((float)(scale / sum));
        for (var k = 0; k < classes; k += 8)
        {
            var mask = Lanes.First(classes - k);
            Store(gradient + k, mask, Lanes.Load(gradient + k, mask) * factor, classes - k);
        }

        gradient[label] -= scale;
    }

    /// <summary>A row with a NaN: that is the largest, and everything else becomes NaN.</summary>
    private static double Spoilt(float* logits, int classes, float* gradient, out int largest)
    {
        largest = 0;
        while (!float.IsNaN(logits[largest])) largest++;
        if (gradient != null) new Span<float>(gradient, classes).Fill(float.NaN);
        return double.NaN;
    }

    /// <summary>−∞ where the mask is clear.</summary>
    private static Vector256<float> Load(float* from, Vector256<float> mask) =>
        Avx.BlendVariable(Vector256.Create(float.NegativeInfinity), Lanes.Load(from, mask), mask);

    private static void Store(float* to, Vector256<float> mask, Vector256<float> values, int count)
    {
        if (count >= 8) values.Store(to);
        else Lanes.Store(to, mask, values);
    }

    private struct Work
    {
        public float* Logits;
        public long* Labels;
        public float* Gradient;
        public float Scale;
        public long Batch;
        public int Classes;
        public long Rows;
        public int Correct;
    }
}
