using System.Runtime.InteropServices;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>Tensors that are `[batch, channels, h, w]` to the user and `[batch, h, w, channels]` in memory.</summary>
internal static unsafe partial class ChannelsLast
{
    /// <summary>Whether the numbers lie that way, without gaps. A side of 1 may have any stride.</summary>
    public static bool Is(Tensor x) => Is(x.Handle);

    /// <inheritdoc cref="Is(Tensor)"/>
    public static bool Is(nint x)
    {
        long expected = 1;
        ReadOnlySpan<int> order = [1, 3, 2, 0];
        foreach (var side in order)
        {
            var size = LibTorch.Size(x, side);
            if (size != 1 && LibTorch.Stride(x, side) != expected) return false;
            expected *= size;
        }

        return true;
    }

    /// <summary>An uninitialised tensor, no view of another (which a gradient node could not be attached to).</summary>
    public static Tensor Empty(long batch, long channels, long height, long width) =>
        Tensor.UnsafeCreateTensor(NewHandle(batch, channels, height, width));

    /// <summary>The same as a bare handle, the caller's to dispose.</summary>
    public static nint NewHandle(long batch, long channels, long height, long width)
    {
        var memory = Memory.NewHandle(batch, height, width, channels);
        var order = stackalloc long[] { 0, 3, 1, 2 };
        var view = Permute(memory, order, 4);
        var handle = view == 0 ? 0 : LibTorch.Detach(view);
        if (view != 0) LibTorch.Dispose(view);
        LibTorch.Dispose(memory);
        if (handle == 0) LibTorch.ThrowIfFailed();
        return handle;
    }

    /// <summary>A copy of a tensor with any strides.</summary>
    public static Tensor Copy(nint x)
    {
        using var values = Tensor.UnsafeCreateTensor(LibTorch.Detach(x));
        var copy = Empty(values.size(0), values.size(1), values.size(2), values.size(3));
        copy.copy_(values);
        return copy;
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_permute")]
    private static partial nint Permute(nint tensor, long* order, int sides);
}
