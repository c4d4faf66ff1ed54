using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>Sums in double precision of eight channels at a time.</summary>
internal static unsafe class ChannelSums
{
    /// <summary>sums[i] += values[i] for eight channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(double* sums, Vector256<float> values)
    {
        (Vector256.Load(sums) + Avx.ConvertToVector256Double(values.GetLower())).Store(sums);
        (Vector256.Load(sums + 4) + Avx.ConvertToVector256Double(values.GetUpper())).Store(sums + 4);
    }
}
