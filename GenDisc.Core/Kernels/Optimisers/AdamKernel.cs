using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>
/// Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1) and AdamW (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2),
/// with the constants and the order of rounding of TorchSharp's: at step t, with gradient g and parameter θ,
/// <code>
/// g ← g · scale + penalty · θ          m ← β₁ m + (1 − β₁) g
/// θ ← kept · θ                         v ← β₂ v + (1 − β₂) g²
/// θ ← θ − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// </code>
/// Adam has kept = 1; AdamW has penalty = 0 and kept = 1 − rate · decay.
/// </summary>
internal readonly unsafe struct AdamKernel : IPieceKernel
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    /// <summary>m, at positions of the line; 0 at first.</summary>
    public required float* Means { get; init; }

    /// <summary>v, likewise.</summary>
    public required float* Squares { get; init; }

    public required double Rate { get; init; }

    public required double Scale { get; init; }

    public required double Penalty { get; init; }

    public required double Kept { get; init; }

    public void Run(float* values, float* gradient, long position, int count, long steps, int block)
    {
        var means = Means + position;
        var squares = Squares + position;
        var scale = Vector256.Create((float)Scale);
        var penalty = Vector256.Create((float)Penalty);
        var kept = Vector256.Create((float)Kept);
        var beta1 = Vector256.Create((float)Beta1);
        var beta2 = Vector256.Create((float)Beta2);
        var fresh1 = Vector256.Create((float)(1 - Beta1));
        var fresh2 = Vector256.Create((float)(1 - Beta2));
        var epsilon = Vector256.Create((float)Epsilon);
        var move = Vector256.Create((float)(-Rate / (1 - Math.Pow(Beta1, steps))));
        var correction = Vector256.Create((float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, steps))));
        var isPenalised = Penalty != 0;
        for (var i = 0; i < count; i += Vector256<float>.Count)
        {
            var p = Vector256.Load(values + i);
            var g = Vector256.Load(gradient + i) * scale;
            if (isPenalised) g = Fma.MultiplyAdd(penalty, p, g);
            var m = Fma.MultiplyAdd(fresh1, g, beta1 * Vector256.Load(means + i));
            var v = Fma.MultiplyAdd(fresh2 * g, g, beta2 * Vector256.Load(squares + i));
            var width = Fma.MultiplyAdd(Vector256.Sqrt(v), correction, epsilon);
            Fma.MultiplyAdd(kept, p, move * m / width).Store(values + i);
            m.Store(means + i);
            v.Store(squares + i);
        }
    }
}
