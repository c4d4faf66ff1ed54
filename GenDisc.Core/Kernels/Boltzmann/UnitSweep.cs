using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Vectors;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// One sweep over the units of a Boltzmann machine, one unit after the other in all chains. The fields
/// f = bias + s·S of all units are kept up to date: a unit that changes by d adds d times its row of S to them, so that a
/// sweep costs as many multiplications as units that change, times units, in every chain.
/// </summary>
/// <remarks>Chains are independent: a block of them belongs to a thread, and a row of S is read once for all of a block.</remarks>
internal static unsafe class UnitSweep
{
    /// <summary>Chains of a block: their fields stay in the second-level cache up to some thousands of units.</summary>
    private const int Rows = 16;

    public static bool Fits(Tensor values, Tensor fields, Tensor coupling) =>
        Simd.Fits(values)
        && Simd.Fits(fields)
        && Simd.Fits(coupling)
        && values.dim() == 2
        && fields.numel() == values.numel()
        && coupling.numel() == values.size(1) * values.size(1);

    /// <summary>Gibbs sampling: s_i becomes 1 where its threshold is less than β f_i, else 0; NaN shows.</summary>
    /// <param name="values">s, `[chains, units]`, changed.</param>
    /// <param name="fields">f, `[chains, units]`, changed.</param>
    /// <param name="coupling">S, `[units, units]`, symmetric, 0 on the diagonal.</param>
    /// <param name="thresholds">Logits of uniform numbers, `[chains, units]`, of the type of the values.</param>
    /// <param name="beta">Inverse temperature.</param>
    /// <param name="kernels">Whether the kernel may be used.</param>
    public static void Draw(Tensor values, Tensor fields, Tensor coupling, Tensor thresholds, double beta, bool kernels)
    {
        if (kernels && Fits(values, fields, coupling) && Simd.Fits(thresholds) && thresholds.numel() == values.numel())
            Run(values, fields, coupling, thresholds, (float)beta);
        else
            Twin(values, fields, coupling, thresholds, beta);
    }

    /// <summary>Mean-field inference: μ_i becomes σ(f_i), the minimum of the variational free energy in μ_i.</summary>
    /// <param name="values">μ, `[chains, units]`, changed.</param>
    /// <param name="fields">As in <see cref="Draw"/>, of μ.</param>
    /// <param name="coupling">As in <see cref="Draw"/>.</param>
    /// <param name="kernels">Whether the kernel may be used.</param>
    public static void Average(Tensor values, Tensor fields, Tensor coupling, bool kernels)
    {
        if (kernels && Fits(values, fields, coupling)) Run(values, fields, coupling, null, 1);
        else Twin(values, fields, coupling, null, 1);
    }

    /// <summary>Both by tensor operations, for any type, device and strides.</summary>
    public static void Twin(Tensor values, Tensor fields, Tensor coupling, Tensor? thresholds, double beta)
    {
        using var outside = no_grad();
        for (var unit = 0L; unit < values.size(1); unit++)
        {
            using var scope = NewDisposeScope();
            var (value, field) = (values.select(1, unit), fields.select(1, unit) * beta);
            var next = thresholds is null
                ? field.sigmoid()
                : where(field.isnan(), field, thresholds.select(1, unit).lt(field).to_type(field.dtype));
            var change = next - value;
            value.copy_(next);
            fields.add_(change.unsqueeze(1) * coupling.select(0, unit));
        }
    }

    private static void Run(Tensor values, Tensor fields, Tensor coupling, Tensor? thresholds, float beta)
    {
        var work = new Work
        {
            Values = (float*)LibTorch.Data(values.Handle),
            Fields = (float*)LibTorch.Data(fields.Handle),
            Coupling = (float*)LibTorch.Data(coupling.Handle),
            Thresholds = thresholds is null ? null : (float*)LibTorch.Data(thresholds.Handle),
            Beta = beta,
            Chains = values.size(0),
            Units = (int)values.size(1),
        };
        Team.For(checked((int)((work.Chains + Rows - 1) / Rows)), &Sweep, &work);
    }

    private static void Sweep(void* state, int block)
    {
        var work = (Work*)state;
        var units = work->Units;
        var first = (long)block * Rows;
        var last = Math.Min(first + Rows, work->Chains);
        for (var unit = 0; unit < units; unit++)
        {
            var row = work->Coupling + ((long)unit * units);
            for (var chain = first; chain < last; chain++)
            {
                var fields = work->Fields + (chain * units);
                var value = work->Values + (chain * units) + unit;
                var field = work->Beta * fields[unit];
                var next = work->Thresholds == null
                    ? 1f / (1f + MathF.Exp(-field))
                    : Decide(work->Thresholds[(chain * units) + unit], field);
                var change = next - *value;
                if (change == 0) continue;
                *value = next;
                Add(fields, row, change, units);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Decide(float threshold, float field) =>
        float.IsNaN(field) ? field : threshold < field ? 1f : 0f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* fields, float* row, float change, int units)
    {
        var factor = Vector256.Create(change);
        var i = 0;
        for (; i <= units - 8; i += 8)
            Fma.MultiplyAdd(factor, Vector256.Load(row + i), Vector256.Load(fields + i)).Store(fields + i);
        if (i == units) return;
        var mask = Lanes.First(units - i);
        Lanes.Store(fields + i, mask, Fma.MultiplyAdd(factor, Lanes.Load(row + i, mask), Lanes.Load(fields + i, mask)));
    }

    private struct Work
    {
        public float* Values;
        public float* Fields;
        public float* Coupling;
        public float* Thresholds;
        public float Beta;
        public long Chains;
        public int Units;
    }
}
