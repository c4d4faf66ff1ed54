using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// Gradients of biases from sums over units, and all gradients as those of a machine with offsets μ of visible and λ of
/// hidden units, brought back to one without (Melchior et al. 2016, eqs. 11 to 13):
/// <code>
/// G_W = g_W − λ g_bᵀ − g_c μᵀ        G_b = g_b − G_Wᵀ λ        G_c = g_c − G_W μ
/// </code>
/// </summary>
internal static unsafe class Centring
{
    /// <param name="offsets">Which.</param>
    /// <param name="weight">g_W, becomes G_W: `[hidden, visible]`.</param>
    /// <param name="visible">
    /// `[visible]` each: sums over the data, become G_b; less those over states, counted as if as many as the data.
    /// </param>
    /// <param name="hidden">`[hidden]` each: likewise, G_c.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="factor">From sums to gradients.</param>
    public static void Apply(
        UnitOffsets offsets, nint weight, (nint Sum, nint Less) visible, (nint Sum, nint Less) hidden, long batch, double factor)
    {
        var (outputs, inputs) = (LibTorch.Size(weight, 0), LibTorch.Size(weight, 1));
        if (offsets == UnitOffsets.None)
        {
            Differ(visible, null, null, inputs, batch, factor, offsets);
            Differ(hidden, null, null, outputs, batch, factor, offsets);
            return;
        }

        var (left, right) = (Memory.NewHandle(2, outputs), Memory.NewHandle(2, inputs));
        var first = (float*)LibTorch.Data(left);
        var second = (float*)LibTorch.Data(right);
        Differ(visible, second, second + inputs, inputs, batch, factor, offsets); // g_b; μ
        Differ(hidden, first + outputs, first, outputs, batch, factor, offsets); // λ; g_c
        var turned = LibTorch.Transposed(left);
        LibTorch.AddProduct(weight, turned, right, 1, -1);
        LibTorch.ThrowIfFailed();
        LibTorch.Dispose(turned);

        var (ofHidden, ofVisible) = (LibTorch.Narrow(left, 0, 0, 1), LibTorch.Narrow(right, 0, 1, 1));
        var (backVisible, backHidden) = (Memory.NewHandle(1, inputs), Memory.NewHandle(1, outputs));
        turned = LibTorch.Transposed(weight);
        Gibbs.Multiply(backVisible, ofHidden, weight);
        Gibbs.Multiply(backHidden, ofVisible, turned);
        Subtract(visible.Sum, backVisible, inputs);
        Subtract(hidden.Sum, backHidden, outputs);
        foreach (var handle in (ReadOnlySpan<nint>)[turned, backHidden, backVisible, ofVisible, ofHidden, right, left])
            LibTorch.Dispose(handle);
    }

    /// <summary>sums.Sum ← factor (Sum + Less), kept in <paramref name="gradient"/> too, and the offsets.</summary>
    private static void Differ(
        (nint Sum, nint Less) sums, float* gradient, float* offset, long count, long batch, double factor, UnitOffsets offsets)
    {
        var sum = (float*)LibTorch.Data(sums.Sum);
        var less = (float*)LibTorch.Data(sums.Less);
        for (var i = 0L; i < count; i++)
        {
            if (offset != null) offset[i] = (offsets == UnitOffsets.Data ? sum[i] : (sum[i] - less[i]) / 2) / batch;
            sum[i] = (float)(factor * ((double)sum[i] + less[i]));
            if (gradient != null) gradient[i] = sum[i];
        }
    }

    private static void Subtract(nint from, nint what, long count)
    {
        var values = (float*)LibTorch.Data(from);
        var less = (float*)LibTorch.Data(what);
        for (var i = 0L; i < count; i++) values[i] -= less[i];
    }
}
