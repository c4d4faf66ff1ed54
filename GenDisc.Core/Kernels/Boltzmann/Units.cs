using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Kernels.Vectors;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// What a layer of units in {0, 1} does besides its products, over `[rows, units]` in one pass: its bias, p = σ(logit),
/// draws and Σ log(1 + exp(logit)), the negative free energy that its units take part in.
/// </summary>
/// <remarks>Draws are those of <see cref="BernoulliSampler.Sample"/> from the same logits.</remarks>
internal static unsafe class Units
{
    private const int Lane = 8;

    /// <summary>inputs ← 1 with p = σ(beta (inputs + bias)), else 0.</summary>
    /// <param name="inputs">`[rows, units]`, contiguous float32, as all here.</param>
    /// <param name="bias">`[units]`, or 0 for none.</param>
    /// <param name="beta">Inverse temperature.</param>
    /// <param name="stream">Moves on by the blocks that hold the draws.</param>
    public static void Draw(nint inputs, nint bias, double beta, CounterStream stream) =>
        Run(inputs, bias, beta, 1, inputs, stream, &DrawBlock);

    /// <summary>inputs ← p = σ(inputs + bias), states ← draws with it.</summary>
    /// <param name="inputs">`[rows, units]`</param>
    /// <param name="bias">`[units]`, or 0 for none.</param>
    /// <param name="states">`[rows, units]`</param>
    /// <param name="stream">Moves on by the blocks that hold the draws.</param>
    /// <returns>Σ log(1 + exp(inputs + bias)), nats.</returns>
    public static double Both(nint inputs, nint bias, nint states, CounterStream stream) =>
        Run(inputs, bias, 1, 1, states, stream, &BothBlock);

    /// <summary>inputs ← factor σ(inputs + bias).</summary>
    /// <param name="inputs">`[rows, units]`</param>
    /// <param name="bias">`[units]`, or 0 for none.</param>
    /// <param name="factor">Of the probabilities alone.</param>
    /// <returns>Σ log(1 + exp(inputs + bias)), nats.</returns>
    public static double Mean(nint inputs, nint bias, double factor) => Run(inputs, bias, 1, factor, 0, null, &MeanBlock);

    private static double Run(
        nint inputs,
        nint bias,
        double beta,
        double factor,
        nint states,
        CounterStream? stream,
        delegate*<void*, int, double> body)
    {
        var (rows, units) = (LibTorch.Size(inputs, 0), (int)LibTorch.Size(inputs, 1));
        var count = rows * units;
        // A vector may reach from the end of one row into the next, so the bias goes on from its start.
        var periodic = (float*)Memory.Rent((nuint)(units + Lane) * sizeof(float));
        var values = bias == 0 ? null : (float*)LibTorch.Data(bias);
        for (var i = 0; i < units + Lane; i++) periodic[i] = values == null ? 0 : values[i % units];
        var work = new Work
        {
            Inputs = (float*)LibTorch.Data(inputs),
            Bias = periodic,
            States = states == 0 ? null : (float*)LibTorch.Data(states),
            Beta = (float)beta,
            Factor = (float)factor,
            Count = count,
            Units = units,
            Key = stream?.Key ?? 0,
            First = stream?.Take(count) ?? 0,
        };
        var sum = BlockSum.Over(CounterStream.BlocksOf(count), body, &work);
        Memory.GiveBack(periodic);
        return sum;
    }

    private static double DrawBlock(void* state, int block) => Block((Work*)state, block, true, false);

    private static double BothBlock(void* state, int block) => Block((Work*)state, block, true, true);

    private static double MeanBlock(void* state, int block) => Block((Work*)state, block, false, true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Block(Work* work, int block, bool draws, bool means)
    {
        var start = (long)block * CounterStream.BlockSize;
        var count = (int)Math.Min(CounterStream.BlockSize, work->Count - start);
        var inputs = work->Inputs + start;
        var states = draws ? work->States + start : null;
        var units = work->Units;
        var unit = (int)(start % units);
        var beta = Vector256.Create(work->Beta);
        var factor = Vector256.Create(work->Factor);
        var uniforms = draws ? Uniforms.Of(work->Key, work->First + (ulong)block) : default;
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= count - Lane; i += Lane)
        {
            var logit = (Vector256.Load(inputs + i) + Vector256.Load(work->Bias + unit)) * beta;
            var rest = Elementary.ExpNonPositive(-Vector256.Abs(logit));
            var p = Elementary.Sigmoid(logit, rest);
            if (means)
            {
                Lanes.Add(ref sums, Softplus(logit, rest));
                (p * factor).Store(inputs + i);
            }

            if (draws) BernoulliSampler.Decide(uniforms.Next(), p).Store(states + i);
            unit += Lane;
            while (unit >= units) unit -= units;
        }

        if (i < count)
        {
            var mask = Lanes.First(count - i);
            var logit = (Lanes.Load(inputs + i, mask) + Vector256.Load(work->Bias + unit)) * beta;
            var rest = Elementary.ExpNonPositive(-Vector256.Abs(logit));
            var p = Elementary.Sigmoid(logit, rest);
            if (means)
            {
                Lanes.Add(ref sums, Softplus(logit, rest) & mask);
                Lanes.Store(inputs + i, mask, p * factor);
            }

            if (draws) Lanes.Store(states + i, mask, BernoulliSampler.Decide(uniforms.Next(), p));
        }

        return Vector256.Sum(sums);
    }

    /// <summary>log(1 + exp(logit)) where exp(−|logit|) is known; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Softplus(Vector256<float> logit, Vector256<float> expOfMinusAbs) =>
        Vector256.MaxNative(Vector256<float>.Zero, logit) + Elementary.Log1PUnit(expOfMinusAbs);

    private struct Work
    {
        public float* Inputs;
        public float* Bias;
        public float* States;
        public float Beta;
        public float Factor;
        public long Count;
        public int Units;
        public ulong Key;
        public ulong First;
    }
}
