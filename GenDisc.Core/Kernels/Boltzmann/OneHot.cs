using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>Units of which one is on: draws, and labels in that form.</summary>
internal static unsafe class OneHot
{
    /// <summary>
    /// inputs ← one-hot draws with p = softmax(β (inputs + bias)), as the largest of logits with Gumbel noise −log(−log u)
    /// (Maddison, Tarlow and Minka 2014, section 2). Of equal ones the first counts, and NaN counts as largest, as in
    /// torch.argmax.
    /// </summary>
    /// <param name="inputs">`[rows, classes]`, row-major.</param>
    /// <param name="bias">`[classes]`</param>
    /// <param name="beta">Inverse temperature, at least 0.</param>
    /// <param name="stream">Moves on by the blocks that hold a number for each class of each row.</param>
    public static void Draw(nint inputs, nint bias, double beta, CounterStream stream)
    {
        var (rows, classes) = (LibTorch.Size(inputs, 0), LibTorch.Size(inputs, 1));
        var count = rows * classes;
        var blocks = CounterStream.BlocksOf(count);
        var noise = (float*)Memory.Rent((nuint)blocks * CounterStream.BlockSize * sizeof(float));
        var work = new Work { Noise = noise, Count = count, Key = stream.Key, First = stream.Take(count) };
        Team.For(blocks, &Fill, &work);
        float* values = (float*)LibTorch.Data(inputs), biases = (float*)LibTorch.Data(bias);
        for (var row = 0L; row < rows; row++)
            Choose(values + (row * classes), noise + (row * classes), biases, (int)classes, (float)beta);
        Memory.GiveBack(noise);
    }

    /// <summary>A row for each label, 1 at its place and 0 elsewhere.</summary>
    /// <param name="labels">int64 `[batch]`</param>
    /// <returns>`[batch, classes]`, the caller's to dispose.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A label outside [0, classes).</exception>
    public static nint Of(nint labels, long classes)
    {
        var rows = LibTorch.Size(labels, 0);
        var from = (long*)LibTorch.Data(labels);
        for (var row = 0L; row < rows; row++)
            if ((ulong)from[row] >= (ulong)classes)
                throw new ArgumentOutOfRangeException(nameof(labels), from[row], $"a label must be in [0, {classes})");
        var result = Memory.NewHandle(rows, classes);
        var values = (float*)LibTorch.Data(result);
        new Span<float>(values, checked((int)(rows * classes))).Clear();
        for (var row = 0L; row < rows; row++) values[(row * classes) + from[row]] = 1;
        return result;
    }

    private static void Choose(float* values, float* noise, float* bias, int classes, float beta)
    {
        var (chosen, largest) = (0, float.NegativeInfinity);
        for (var label = 0; label < classes; label++)
        {
            var value = ((values[label] + bias[label]) * beta) + noise[label];
            if (float.IsNaN(largest) || value <= largest) continue;
            (chosen, largest) = (label, value);
        }

        new Span<float>(values, classes).Clear();
        values[chosen] = 1;
    }

    private static void Fill(void* state, int block)
    {
        var work = (Work*)state;
        var start = (long)block * CounterStream.BlockSize;
        var count = (int)Math.Min(CounterStream.BlockSize, work->Count - start);
        var uniforms = Uniforms.Of(work->Key, work->First + (ulong)block);
        for (var i = 0; i < count; i += Vector256<float>.Count)
            (-Vector256.Log(-Vector256.Log(uniforms.Next()))).Store(work->Noise + start + i);
    }

    private struct Work
    {
        /// <summary>Whole blocks.</summary>
        public float* Noise;
        public long Count;
        public ulong Key;
        public ulong First;
    }
}
