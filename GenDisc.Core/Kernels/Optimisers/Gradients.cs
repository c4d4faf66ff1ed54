using System.Runtime.InteropServices;
using GenDisc.Core.Kernels.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>Reads gradients by handle, as <see cref="LibTorch"/> does: no managed memory in a step.</summary>
internal static partial class Gradients
{
    private const string Library = "LibTorchSharp";

    /// <summary>The parameter's gradient as a new handle, or 0.</summary>
    /// <exception cref="InvalidOperationException">It has another shape: libtorch lets one be set by hand.</exception>
    public static nint Of(Parameter parameter)
    {
        var gradient = LibTorch.Gradient(parameter.Handle);
        if (gradient == 0 || HaveSameShape(parameter.Handle, gradient)) return gradient;
        using var wrong = Tensor.UnsafeCreateTensor(gradient);
        throw new InvalidOperationException(
            $"a gradient of shape [{string.Join(", ", wrong.shape)}] for a parameter of shape "
            + $"[{string.Join(", ", parameter.shape)}]");
    }

    /// <summary>The same gradient as float32 in row-major order.</summary>
    /// <param name="gradient">Taken over: the caller disposes only what this returns.</param>
    public static nint RowMajor(nint gradient)
    {
        if (TypeOf(gradient) == (sbyte)ScalarType.Float32 && LibTorch.IsContiguous(gradient)) return gradient;
        using var given = Tensor.UnsafeCreateTensor(gradient);
        using var single = given.to(ScalarType.Float32);
        using var dense = single.contiguous();
        return LibTorch.Detach(dense.Handle);
    }

    private static bool HaveSameShape(nint a, nint b)
    {
        var dimensions = Dimensions(a);
        if (Dimensions(b) != dimensions) return false;
        for (var i = 0L; i < dimensions; i++)
            if (Size(a, i) != Size(b, i)) return false;
        return true;
    }

    [LibraryImport(Library, EntryPoint = "THSTensor_type")]
    private static partial sbyte TypeOf(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_ndimension")]
    private static partial long Dimensions(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_size")]
    private static partial long Size(nint tensor, long dimension);
}
