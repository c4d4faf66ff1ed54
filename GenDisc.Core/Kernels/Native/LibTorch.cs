using System.Runtime.InteropServices;
using GenDisc.Core.Runtime;
using TorchSharp;

namespace GenDisc.Core.Kernels.Native;

/// <summary>
/// The few entry points of TorchSharp's native library that kernels call without a managed tensor, so that a training
/// step allocates nothing. Signatures are those of TorchSharp 0.107.0 (THSTensor.h, THSAutograd.h), which the central
/// package versions pin. Handles are TorchSharp's `Tensor*`; a returned handle is the caller's to dispose.
/// </summary>
internal static unsafe partial class LibTorch
{
    private const string Library = "LibTorchSharp";

    static LibTorch() => TorchRuntime.Init();

    /// <summary>Address of the first element.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_data")]
    public static partial nint Data(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_dispose")]
    public static partial void Dispose(nint tensor);

    /// <summary>The accumulated gradient as a new handle, or 0.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_grad")]
    public static partial nint Gradient(nint tensor);

    /// <summary>Replaces the gradient; 0 drops it.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_set_grad")]
    public static partial void SetGradient(nint tensor, nint gradient);

    /// <summary>A new handle on the same storage outside the graph.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_detach")]
    public static partial nint Detach(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_is_contiguous")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsContiguous(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_size")]
    public static partial long Size(nint tensor, long dimension);

    [LibraryImport(Library, EntryPoint = "THSTensor_stride")]
    public static partial long Stride(nint tensor, long dimension);

    [LibraryImport(Library, EntryPoint = "THSTensor_requires_grad")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool RequiresGradient(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_is_leaf")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsLeaf(nint tensor);

    /// <summary>A handle on a row-major tensor of the same values: for one that is so already, on the very same tensor.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_contiguous")]
    public static partial nint Contiguous(nint tensor);

    /// <summary>The transposed matrix, on the same storage.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_t")]
    public static partial nint Transposed(nint matrix);

    /// <summary>Part of a tensor along one dimension, on the same storage.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_narrow")]
    public static partial nint Narrow(nint tensor, long dimension, long start, long length);

    /// <summary>sum ← beta·sum + alpha·(left right); beta 0 does not read the old values.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_addmm_")]
    public static partial void AddProduct(nint sum, nint left, nint right, float beta, float alpha);

    [LibraryImport(Library, EntryPoint = "THSAutograd_isGradEnabled")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsGradientEnabled();

    [LibraryImport(Library, EntryPoint = "THSAutograd_backward")]
    public static partial void Backward(
        nint* tensors,
        long tensorCount,
        nint* gradients,
        long gradientCount,
        [MarshalAs(UnmanagedType.U1)] bool retainGraph,
        [MarshalAs(UnmanagedType.U1)] bool createGraph,
        nint* inputs,
        long inputCount);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_ctor")]
    public static partial NodeHandle NewNode(nint apply, nint deleted);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_disposeSharedPtr")]
    public static partial void DisposeShared(NodeHandle node);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_disposeWeakPtr")]
    public static partial void DisposeWeak(NodeHandle node);

    [LibraryImport(Library, EntryPoint = "THSAutograd_CSharpNode_setNextEdges")]
    public static partial void SetNextEdges(NodeHandle node, HandleArray inputs, [MarshalAs(UnmanagedType.U1)] bool executable);

    /// <param name="inputs">What the outputs were computed from.</param>
    /// <param name="constants">Outputs without a gradient.</param>
    /// <param name="changed">Inputs changed in place.</param>
    /// <param name="outputs">What the node computed.</param>
    /// <param name="node">The node.</param>
    /// <param name="allocate">Gives room for that many handles.</param>
    [LibraryImport(Library, EntryPoint = "THSAutograd_Function_wrapOutputs")]
    public static partial void WrapOutputs(
        HandleArray inputs,
        HandleArray constants,
        HandleArray changed,
        HandleArray outputs,
        NodeHandle node,
        delegate* unmanaged[Cdecl]<nuint, nint*> allocate);

    /// <exception cref="InvalidOperationException">The native call before this one failed.</exception>
    public static void ThrowIfFailed() => torch.CheckForErrors();

    /// <summary>A node of the graph: pointers to a shared and a weak pointer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct NodeHandle
    {
        public nint Shared;
        public nint Weak;
    }

    /// <summary>Tensor handles and how many.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct HandleArray(nint* handles, long count)
    {
        public nint* Handles = handles;
        public long Count = count;
    }
}
