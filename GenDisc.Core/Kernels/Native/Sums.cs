using GenDisc.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Native;

/// <summary>
/// Sums of tensors without a number made for them: TorchSharp's a + b wraps the factor 1 in a `Scalar` that nothing holds
/// during the native call, so that a collection at that moment frees what the call reads.
/// </summary>
internal static class Sums
{
    private static readonly Scalar One = NewOne();

    /// <summary>left + right, differentiable.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    private static Scalar NewOne()
    {
        TorchRuntime.Init();
        return 1.ToScalar();
    }
}
