using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Native;

/// <summary>
/// Memory of the tensors that kernels return. Freed blocks are kept by size and handed out again: the C library would
/// return large ones to the system (a page fault for every 4 kB when they come back), or, told to keep them, can fail
/// to find them again and grow without end (glibc before 2.38 leaves slivers of aligned blocks in a thread cache).
/// </summary>
internal static unsafe partial class Memory
{
    private const int Alignment = 64;
    private const int StepsPerOctave = 8;
    private static readonly Lock Gate = new();
    private static readonly Block*[] Free = new Block*[64 * StepsPerOctave];

    /// <summary>Bytes taken from the system, in use or kept.</summary>
    public static long Taken { get; private set; }

    /// <summary>An uninitialised float32 tensor on the CPU, row-major, in the surrounding dispose scope.</summary>
    public static Tensor Empty(params ReadOnlySpan<long> shape) => Tensor.UnsafeCreateTensor(NewHandle(shape));

    /// <summary>The same as a bare handle, the caller's to dispose.</summary>
    public static nint NewHandle(params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (var side in shape) count *= side;
        var data = Rent((nuint)count * sizeof(float));
        fixed (long* sides = shape)
        {
            var handle = NewTensor(
                data,
                &Return,
                sides,
                shape.Length,
                (sbyte)ScalarType.Float32,
                (sbyte)ScalarType.Float32,
                (int)DeviceType.CPU,
                -1,
                false);
            if (handle == 0)
            {
                GiveBack(data);
                LibTorch.ThrowIfFailed();
            }

            return handle;
        }
    }

    /// <inheritdoc cref="Empty"/>
    public static Tensor EmptyLike(Tensor tensor)
    {
        var dimensions = (int)tensor.dim();
        Span<long> shape = stackalloc long[dimensions];
        for (var i = 0; i < dimensions; i++) shape[i] = tensor.size(i);
        return Empty(shape);
    }

    /// <summary>At least that many bytes, aligned for vectors. To be given back by <see cref="GiveBack"/>.</summary>
    public static void* Rent(nuint bytes)
    {
        var kind = KindOf(bytes);
        lock (Gate)
        {
            if (Free[kind] is var block && block != null)
            {
                Free[kind] = block->Next;
                return block + 1;
            }

            var size = SizeOf(kind);
            block = (Block*)NativeMemory.AlignedAlloc(size + (nuint)sizeof(Block), Alignment);
            block->Kind = kind;
            Taken += (long)size;
            return block + 1;
        }
    }

    public static void GiveBack(void* data)
    {
        var block = (Block*)data - 1;
        lock (Gate)
        {
            block->Next = Free[block->Kind];
            Free[block->Kind] = block;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Return(void* data) => GiveBack(data);

    /// <summary>Sizes grow in eight steps an octave, so that at most an eighth is wasted.</summary>
    private static int KindOf(nuint bytes)
    {
        var n = Math.Max(bytes, Alignment) - 1;
        var octave = BitOperations.Log2(n);
        return (octave * StepsPerOctave) + (int)((n >> (octave - 3)) & 7) + 1;
    }

    private static nuint SizeOf(int kind)
    {
        var (octave, step) = Math.DivRem(kind, StepsPerOctave);
        return ((nuint)1 << octave) + ((nuint)step << (octave - 3));
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_new")]
    private static partial nint NewTensor(
        void* data,
        delegate* unmanaged[Cdecl]<void*, void> deleter,
        long* shape,
        int dimensions,
        sbyte type,
        sbyte storedType,
        int deviceType,
        int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool requiresGradient);

    /// <summary>Precedes the data and keeps their alignment.</summary>
    [StructLayout(LayoutKind.Sequential, Size = Alignment)]
    private struct Block
    {
        public Block* Next;
        public int Kind;
    }
}
