using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>Σ g² of each block, in double precision.</summary>
internal readonly unsafe struct SquareSumKernel : IPieceKernel
{
    /// <summary>One for each block; 0 at first.</summary>
    public required double* Sums { get; init; }

    public void Run(float* values, float* gradient, long position, int count, long steps, int block)
    {
        var low = Vector256<double>.Zero;
        var high = Vector256<double>.Zero;
        for (var i = 0; i < count; i += Vector256<float>.Count)
        {
            var a = Avx.ConvertToVector256Double(Vector128.Load(gradient + i));
            var b = Avx.ConvertToVector256Double(Vector128.Load(gradient + i + Vector128<float>.Count));
            low = Fma.MultiplyAdd(a, a, low);
            high = Fma.MultiplyAdd(b, b, high);
        }

        Sums[block] += Vector256.Sum(low + high);
    }
}
