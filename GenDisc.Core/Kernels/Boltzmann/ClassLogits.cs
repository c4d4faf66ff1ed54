using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// Logits of the exact p(y | v) of a restricted machine with classes, d_y + Σ_j softplus(o_j + U_jy) (Larochelle et al.
/// 2012, eq. 5), whose gradients are sums of σ(o_j + U_jy). Those are computed again in the backward pass: nothing of
/// batch × classes × hidden numbers is kept.
/// </summary>
/// <remarks>
/// With r = exp(−|a|), Σ softplus(a) = Σ max(a, 0) + log Π (1 + r): factors of at most 2, so that many of them need one
/// logarithm. Each of them is right to 10⁻⁷ nats, however small it is.
/// </remarks>
internal static unsafe class ClassLogits
{
    private const int Lane = 8;

    /// <summary>Vectors that are multiplied before a logarithm is taken: 2⁶⁴ in each lane at most, 2⁵¹² in all.</summary>
    private const int Group = 64 * Lane;

    /// <summary>Hidden units of a block of the backward pass: two cache lines of each row.</summary>
    private const int Columns = 4 * Lane;

    private static readonly NodePool<Node> Nodes = new(() => new Node());

    /// <summary>Whether the kernel takes these: float32 on the CPU in row-major order, at least one row.</summary>
    public static bool Fits(Tensor hidden, Tensor weight, Tensor bias) =>
        Simd.Fits(hidden) && Simd.Fits(weight) && Simd.Fits(bias)
        && hidden.dim() == 2 && weight.dim() == 2 && bias.dim() == 1 && hidden.size(0) > 0
        && hidden.size(1) == weight.size(0) && bias.size(0) == weight.size(1);

    /// <param name="hidden">o = c + W v, `[batch, hidden]`</param>
    /// <param name="weight">U, `[hidden, classes]`</param>
    /// <param name="bias">d, `[classes]`</param>
    /// <returns>`[batch, classes]`</returns>
    public static Tensor Apply(Tensor hidden, Tensor weight, Tensor bias)
    {
        var work = new Work(hidden.Handle, (int)hidden.size(0), (int)weight.size(0), (int)weight.size(1));
        var result = Memory.Empty(work.Batch, work.Classes);
        var turned = Turn(weight.Handle, work);
        work.Turned = turned;
        work.Bias = (float*)LibTorch.Data(bias.Handle);
        work.Logits = (float*)LibTorch.Data(result.Handle);
        work.Rows = BlockSum.RowsOf((long)work.Classes * work.Stride);
        Team.For(BlockSum.BlocksOf(work.Batch, work.Rows), &SumRows, &work);
        if (GradientNode.Records(hidden, weight) || GradientNode.Records(bias))
        {
            var node = Nodes.Rent();
            node.Save(LibTorch.Detach(hidden.Handle), turned, work.Classes);
            node.Attach([hidden.Handle, weight.Handle, bias.Handle], result);
        }
        else
        {
            Memory.GiveBack(turned);
        }

        return result;
    }

    /// <summary>The same by tensor operations, for any type, device and strides.</summary>
    public static Tensor Twin(Tensor hidden, Tensor weight, Tensor bias) =>
        nn.functional.softplus(hidden.unsqueeze(1) + weight.t()).sum(2) + bias;

    /// <summary>U transposed, its rows as long as <see cref="Work.Stride"/>. To be given back.</summary>
    private static float* Turn(nint weight, in Work work)
    {
        var from = (float*)LibTorch.Data(weight);
        var to = (float*)Memory.Rent((nuint)work.Classes * (nuint)work.Stride * sizeof(float));
        for (var label = 0; label < work.Classes; label++)
        {
            var row = to + ((long)label * work.Stride);
            for (var j = 0; j < work.Stride; j++) row[j] = j < work.Hidden ? from[((long)j * work.Classes) + label] : 0;
        }

        return to;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows(void* state, int block)
    {
        var work = (Work*)state;
        var first = block * work->Rows;
        var last = Math.Min(first + work->Rows, work->Batch);
        for (var row = first; row < last; row++)
        {
            var inputs = work->Inputs + (row * work->Hidden);
            var logits = work->Logits + (row * work->Classes);
            for (var label = 0; label < work->Classes; label++)
            {
                var weight = work->Turned + ((long)label * work->Stride);
                var sum = 0.0;
                for (var j = 0; j < work->Hidden; j += Group)
                    sum += Softplus(inputs + j, weight + j, Math.Min(Group, work->Hidden - j));
                logits[label] = (float)(work->Bias[label] + sum);
            }
        }
    }

    /// <summary>Σ softplus(inputs + weight) over at most a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Softplus(float* inputs, float* weight, int count)
    {
        var linear = Vector256<float>.Zero;
        var product = Vector256<float>.One;
        var j = 0;
        for (; j <= count - Lane; j += Lane)
        {
            var a = Vector256.Load(inputs + j) + Vector256.Load(weight + j);
            var rest = Elementary.ExpNonPositive(-Vector256.Abs(a));
            linear += Vector256.MaxNative(Vector256<float>.Zero, a); // NaN stays NaN
            product = Fma.MultiplyAdd(product, rest, product);
        }

        if (j < count)
        {
            var mask = Lanes.First(count - j);
            var a = Lanes.Load(inputs + j, mask) + Lanes.Load(weight + j, mask);
            var rest = Elementary.ExpNonPositive(-Vector256.Abs(a)) & mask;
            linear += Vector256.MaxNative(Vector256<float>.Zero, a);
            product = Fma.MultiplyAdd(product, rest, product);
        }

        var sums = Vector256<double>.Zero;
        Lanes.Add(ref sums, linear);
        var halves = Avx.ConvertToVector256Double(product.GetLower()) * Avx.ConvertToVector256Double(product.GetUpper());
        var all = halves[0] * halves[1] * (halves[2] * halves[3]);
        return Vector256.Sum(sums) + Math.Log(all);
    }

    /// <summary>
    /// All that a block of hidden units gets: into its columns of the inputs' gradient Σ_y g_y σ, and of the weights'
    /// Σ_batch g_y σ.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PullColumns(void* state, int block)
    {
        var work = (Work*)state;
        var (classes, stride) = (work->Classes, (long)work->Stride);
        var first = block * Columns;
        var count = Math.Min(Columns, work->Hidden - first);
        for (var label = 0; label < classes; label++)
            new Span<float>(work->Sums + (label * stride) + first, Math.Min(Columns, work->Stride - first)).Clear();
        for (var row = 0L; row < work->Batch; row++)
        {
            var gradient = work->Logits + (row * classes);
            var at = (row * work->Hidden) + first;
            for (var j = 0; j < count; j += Lane)
            {
                var mask = Lanes.First(count - j);
                var inputs = Lanes.Load(work->Inputs + at + j, mask);
                var weight = work->Turned + first + j;
                var sums = work->Sums + first + j;
                var total = Vector256<float>.Zero;
                for (var label = 0; label < classes; label++, weight += stride, sums += stride)
                {
                    var slope = Elementary.Sigmoid(inputs + Vector256.Load(weight)) * Vector256.Create(gradient[label]);
                    total += slope;
                    (Vector256.Load(sums) + slope).Store(sums);
                }

                Lanes.Store(work->Into + at + j, mask, total);
            }
        }

        for (var j = first; j < first + count; j++)
            for (var label = 0; label < classes; label++)
                work->OfWeight[((long)j * classes) + label] = work->Sums[(label * stride) + j];
    }

    private struct Work(nint hidden, int batch, int width, int classes)
    {
        public readonly float* Inputs = (float*)LibTorch.Data(hidden);
        public readonly int Batch = batch;
        public readonly int Hidden = width;
        public readonly int Classes = classes;

        /// <summary>Hidden units, rounded up to whole vectors.</summary>
        public readonly int Stride = (width + Lane - 1) / Lane * Lane;
        public float* Turned;
        public float* Bias;

        /// <summary>In the backward pass their gradient.</summary>
        public float* Logits;
        public long Rows;
        public float* Into;
        public float* Sums;
        public float* OfWeight;
    }

    private sealed class Node() : GradientNode(3)
    {
        private nint hidden;
        private float* turned;
        private int classes;

        public void Save(nint hidden, float* turned, int classes)
        {
            (this.hidden, this.classes) = (hidden, classes);
            this.turned = turned;
        }

        protected override void Backward(nint gradient, Span<nint> inputs)
        {
            var given = LibTorch.Contiguous(gradient); // mostly the same tensor
            var work = new Work(hidden, (int)LibTorch.Size(hidden, 0), (int)LibTorch.Size(hidden, 1), classes);
            inputs[0] = Memory.NewHandle(work.Batch, work.Hidden);
            inputs[1] = Memory.NewHandle(work.Hidden, classes);
            inputs[2] = Memory.NewHandle(classes);
            var sums = (float*)Memory.Rent((nuint)classes * (nuint)work.Stride * sizeof(float));
            work.Turned = turned;
            work.Logits = (float*)LibTorch.Data(given);
            work.Into = (float*)LibTorch.Data(inputs[0]);
            work.OfWeight = (float*)LibTorch.Data(inputs[1]);
            work.Sums = sums;
            Team.For((work.Hidden + Columns - 1) / Columns, &PullColumns, &work);
            Products.Columns.Sum(given, work.Batch, classes, inputs[2]);
            Memory.GiveBack(sums);
            LibTorch.Dispose(given);
        }

        protected override void Release()
        {
            if (hidden != 0) LibTorch.Dispose(hidden);
            if (turned != null) Memory.GiveBack(turned);
            hidden = 0;
            turned = null;
        }
    }
}
