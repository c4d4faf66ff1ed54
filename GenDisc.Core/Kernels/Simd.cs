using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels;

/// <summary>Whether hand-written kernels can take a tensor; where they cannot, their twins of tensor operations do.</summary>
public static class Simd
{
    /// <summary>Kernels are written for 256-bit vectors with fused multiply-add (x86-64 with AVX2, 2013 and later).</summary>
    public static bool Available { get; } = Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>float32, on the CPU, elements next to each other in row-major order.</summary>
    internal static bool Fits(Tensor tensor) => FitsStrided(tensor) && LibTorch.IsContiguous(tensor.Handle);

    /// <summary>float32 on the CPU, in any order.</summary>
    internal static bool FitsStrided(Tensor tensor) =>
        Available && tensor.dtype == ScalarType.Float32 && tensor.device_type == TorchSharp.DeviceType.CPU;
}
