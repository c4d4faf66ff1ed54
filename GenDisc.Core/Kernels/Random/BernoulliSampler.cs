using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Random;

/// <summary>
/// Draws 1 with probability p and 0 otherwise: whether the stream's uniform number of that place is less than p. NaN
/// gives NaN, so that trouble shows.
/// </summary>
/// <remarks>
/// On the CPU the draws are those of the stream's blocks, whatever the type and strides. On another device they come from
/// its own generator, seeded from the stream's key and position.
/// </remarks>
internal static unsafe class BernoulliSampler
{
    public static bool Fits(Tensor input, Tensor output, Tensor? probabilities) =>
        Simd.Fits(input)
        && Simd.Fits(output)
        && output.numel() == input.numel()
        && (probabilities is null || (Simd.Fits(probabilities) && probabilities.numel() == input.numel()));

    /// <summary>Draws with p = σ(l). A logit of −∞ never gives 1, one of ∞ always does.</summary>
    /// <param name="logits">l, of any shape.</param>
    /// <param name="output">Becomes the draws; of the same shape, or the logits themselves.</param>
    /// <param name="probabilities">Becomes p where given; of the same shape.</param>
    /// <param name="stream">Moves on by the blocks that hold the draws.</param>
    public static void Sample(Tensor logits, Tensor output, Tensor? probabilities, CounterStream stream)
    {
        if (Fits(logits, output, probabilities)) Run(logits, output, probabilities, stream, &FromLogits);
        else Twin(logits, output, probabilities, stream);
    }

    /// <summary>Draws with the given p in [0, 1], such as grey pixels (Salakhutdinov and Murray 2008).</summary>
    /// <param name="probabilities">p, of any shape.</param>
    /// <param name="output">Becomes the draws; of the same shape, or the probabilities themselves.</param>
    /// <param name="stream">Moves on by the blocks that hold the draws.</param>
    public static void SampleProbabilities(Tensor probabilities, Tensor output, CounterStream stream)
    {
        if (Fits(probabilities, output, null)) Run(probabilities, output, null, stream, &FromProbabilities);
        else TwinProbabilities(probabilities, output, stream);
    }

    /// <summary>As <see cref="Sample"/> by tensor operations, for any type, device and strides.</summary>
    public static void Twin(Tensor logits, Tensor output, Tensor? probabilities, CounterStream stream)
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        var p = logits.sigmoid();
        probabilities?.copy_(p);
        TwinProbabilities(p, output, stream);
    }

    /// <summary>As <see cref="SampleProbabilities"/> by tensor operations, for any type, device and strides.</summary>
    public static void TwinProbabilities(Tensor probabilities, Tensor output, CounterStream stream)
    {
        using var scope = NewDisposeScope();
        using var constant = no_grad();
        var drawn = probabilities.device_type == DeviceType.CPU
            ? NumbersFor(probabilities, stream).lt(probabilities).to_type(probabilities.dtype)
            : OnDevice(probabilities, stream);
        output.copy_(where(probabilities.isnan(), probabilities, drawn));
    }

    /// <summary>Fills a contiguous float32 tensor on the CPU with the uniform numbers that draws would be made from.</summary>
    public static void Fill(Tensor into, CounterStream stream)
    {
        if (into.dtype != ScalarType.Float32 || into.device_type != DeviceType.CPU || !LibTorch.IsContiguous(into.Handle))
            throw new ArgumentException("uniform numbers go into contiguous float32 on the CPU", nameof(into));
        Run(into, into, null, stream, &OnlyUniforms);
    }

    /// <summary>1 where the uniform number is below p, else 0; NaN where p is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Decide(Vector256<float> uniform, Vector256<float> p) =>
        Avx.BlendVariable(
            Vector256.LessThan(uniform, p) & Vector256<float>.One,
            p,
            Avx.CompareUnordered(p, p));

    private static Tensor NumbersFor(Tensor like, CounterStream stream)
    {
        var uniforms = empty_like(like, ScalarType.Float32).contiguous();
        Fill(uniforms, stream);
        return uniforms;
    }

    private static Tensor OnDevice(Tensor probabilities, CounterStream stream)
    {
        var (low, high, _, _) = Philox.Mix(stream.Key, (uint)stream.Position, (uint)(stream.Position >> 32), 0, 1);
        stream.Take(probabilities.numel());
        using var generator = new Generator((low | ((ulong)high << 32)) >> 1, probabilities.device);
        return bernoulli(probabilities.nan_to_num(0), generator);
    }

    private static void Run(
        Tensor input,
        Tensor output,
        Tensor? probabilities,
        CounterStream stream,
        delegate*<void*, int, void> body)
    {
        var count = input.numel();
        var work = new Work
        {
            Input = (float*)LibTorch.Data(input.Handle),
            Output = (float*)LibTorch.Data(output.Handle),
            Probabilities = probabilities is null ? null : (float*)LibTorch.Data(probabilities.Handle),
            Count = count,
            Key = stream.Key,
            First = stream.Take(count),
        };
        Team.For(CounterStream.BlocksOf(count), body, &work);
    }

    private static void FromLogits(void* state, int block) => Draw((Work*)state, block, true);

    private static void FromProbabilities(void* state, int block) => Draw((Work*)state, block, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Draw(Work* work, int block, bool logits)
    {
        var start = (long)block * CounterStream.BlockSize;
        var count = (int)Math.Min(CounterStream.BlockSize, work->Count - start);
        float* input = work->Input + start, output = work->Output + start;
        var probabilities = work->Probabilities == null ? null : work->Probabilities + start;
        var uniforms = Uniforms.Of(work->Key, work->First + (ulong)block);
        var i = 0;
        for (; i <= count - 8; i += 8)
        {
            var p = Vector256.Load(input + i);
            if (logits) p = Elementary.Sigmoid(p);
            if (probabilities != null) p.Store(probabilities + i);
            Decide(uniforms.Next(), p).Store(output + i);
        }

        if (i == count) return;
        var mask = Lanes.First(count - i);
        var last = Lanes.Load(input + i, mask);
        if (logits) last = Elementary.Sigmoid(last);
        if (probabilities != null) Lanes.Store(probabilities + i, mask, last);
        Lanes.Store(output + i, mask, Decide(uniforms.Next(), last));
    }

    /// <summary>Runs on any processor.</summary>
    private static void OnlyUniforms(void* state, int block)
    {
        var work = (Work*)state;
        var start = (long)block * CounterStream.BlockSize;
        var count = (int)Math.Min(CounterStream.BlockSize, work->Count - start);
        var output = work->Output + start;
        var uniforms = Uniforms.Of(work->Key, work->First + (ulong)block);
        var i = 0;
        for (; i <= count - 8; i += 8) uniforms.Next().Store(output + i);
        var last = uniforms.Next();
        for (var lane = 0; i < count; i++, lane++) output[i] = last.GetElement(lane);
    }

    private struct Work
    {
        public float* Input;
        public float* Output;
        public float* Probabilities;
        public long Count;
        public ulong Key;
        public ulong First;
    }
}
