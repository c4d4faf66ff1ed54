using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>
/// Stochastic gradient descent with heavy-ball momentum (Polyak 1964, in the form of Sutskever et al. 2013 without
/// damping): with gradient g and parameter θ,
/// <code>
/// g ← g · scale + penalty · θ          v ← momentum · v + g          θ ← θ − rate · v
/// </code>
/// </summary>
internal readonly unsafe struct SgdKernel : IPieceKernel
{
    /// <summary>v, at positions of the line; 0 at first. Null where there is no momentum.</summary>
    public required float* Velocities { get; init; }

    public required double Rate { get; init; }

    public required double Scale { get; init; }

    public required double Penalty { get; init; }

    public required double Momentum { get; init; }

    public void Run(float* values, float* gradient, long position, int count, long steps, int block)
    {
        var velocities = Velocities == null ? null : Velocities + position;
        var scale = Vector256.Create((float)Scale);
        var penalty = Vector256.Create((float)Penalty);
        var momentum = Vector256.Create((float)Momentum);
        var move = Vector256.Create((float)-Rate);
        var isPenalised = Penalty != 0;
        for (var i = 0; i < count; i += Vector256<float>.Count)
        {
            var p = Vector256.Load(values + i);
            var g = Vector256.Load(gradient + i) * scale;
            if (isPenalised) g = Fma.MultiplyAdd(penalty, p, g);
            if (velocities != null)
            {
                g += momentum * Vector256.Load(velocities + i);
                g.Store(velocities + i);
            }

            Fma.MultiplyAdd(move, g, p).Store(values + i);
        }
    }
}
