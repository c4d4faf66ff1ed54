using GenDisc.Core.Kernels.Native;
using TorchSharp.Modules;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>
/// Parameters laid end to end on one line, each from a multiple of 16 on, and the line cut into blocks: threads share
/// one large parameter, and many small ones share a block. The cuts depend on the parameters' sizes alone.
/// </summary>
internal sealed unsafe class ParameterLine
{
    /// <summary>Elements; with two states 256 kB, about half of a core's level-2 cache.</summary>
    public const int BlockSize = 16384;

    private const int Alignment = 16;
    private const int Lanes = 8;
    private readonly Parameter[] parameters;
    private readonly nint[] handles;
    private readonly Piece[] pieces;
    private readonly int[] firsts;

    /// <param name="parameters">float32, on the CPU, row-major.</param>
    public ParameterLine(ReadOnlySpan<Parameter> parameters)
    {
        this.parameters = [.. parameters];
        handles = new nint[parameters.Length];
        pieces = GC.AllocateArray<Piece>(parameters.Length, pinned: true);
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i].Start = Length;
            pieces[i].Count = parameters[i].numel();
            Length += (pieces[i].Count + Alignment - 1) / Alignment * Alignment;
        }

        Blocks = (int)((Length + BlockSize - 1) / BlockSize);
        firsts = GC.AllocateArray<int>(Blocks, pinned: true);
        for (int block = 0, i = 0; block < Blocks; block++)
        {
            while (pieces[i].Start + pieces[i].Count <= (long)block * BlockSize) i++;
            firsts[block] = i;
        }
    }

    /// <summary>Elements on the line, those between parameters included.</summary>
    public long Length { get; }

    public int Blocks { get; }

    /// <summary>Finds the gradients and holds them until <see cref="Release"/>, also where it throws.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="Gradients.Of"/>.</exception>
    public void Gather()
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            var found = Gradients.Of(parameters[i]);
            if (found == 0) continue;
            handles[i] = Gradients.RowMajor(found);
            pieces[i].Values = (float*)LibTorch.Data(parameters[i].Handle);
            pieces[i].Gradient = (float*)LibTorch.Data(handles[i]);
        }

        LibTorch.ThrowIfFailed();
    }

    /// <summary>Between <see cref="Gather"/> and <see cref="Release"/>.</summary>
    public bool HasGradient(int parameter) => handles[parameter] != 0;

    /// <summary>Counts an update of every parameter that has a gradient.</summary>
    public void CountStep()
    {
        for (var i = 0; i < pieces.Length; i++)
            if (HasGradient(i)) pieces[i].Steps++;
    }

    public void Release()
    {
        for (var i = 0; i < handles.Length; i++)
        {
            if (handles[i] != 0) LibTorch.Dispose(handles[i]);
            handles[i] = 0;
            pieces[i].Gradient = null;
        }
    }

    /// <summary>Gives the kernel every element that has a gradient.</summary>
    public void Run<TKernel>(TKernel kernel)
        where TKernel : unmanaged, IPieceKernel
    {
        fixed (Piece* piece = pieces)
        fixed (int* first = firsts)
        {
            var sweep = new Sweep { Kernel = &kernel, Pieces = piece, PieceCount = pieces.Length, Firsts = first };
            Team.For(Blocks, &RunBlock<TKernel>, &sweep);
        }
    }

    private static void RunBlock<TKernel>(void* state, int block)
        where TKernel : unmanaged, IPieceKernel
    {
        var sweep = (Sweep*)state;
        var kernel = (TKernel*)sweep->Kernel;
        var start = (long)block * BlockSize;
        for (var i = sweep->Firsts[block]; i < sweep->PieceCount; i++)
        {
            var piece = sweep->Pieces + i;
            if (piece->Start >= start + BlockSize) return;
            if (piece->Gradient == null) continue;
            var from = Math.Max(start - piece->Start, 0);
            var count = (int)(Math.Min(start + BlockSize - piece->Start, piece->Count) - from);
            if (count > 0) RunPiece(kernel, piece, from, count, block);
        }
    }

    private static void RunPiece<TKernel>(TKernel* kernel, Piece* piece, long from, int count, int block)
        where TKernel : unmanaged, IPieceKernel
    {
        var values = piece->Values + from;
        var gradient = piece->Gradient + from;
        var position = piece->Start + from;
        var rest = count % Lanes;
        var whole = count - rest;
        if (whole > 0) kernel->Run(values, gradient, position, whole, piece->Steps, block);
        if (rest == 0) return;

        // The last few elements are filled up with zeros; their states have room for that.
        var lastValues = stackalloc float[Lanes];
        var lastGradient = stackalloc float[Lanes];
        for (var i = 0; i < Lanes; i++)
        {
            lastValues[i] = i < rest ? values[whole + i] : 0;
            lastGradient[i] = i < rest ? gradient[whole + i] : 0;
        }

        kernel->Run(lastValues, lastGradient, position + whole, Lanes, piece->Steps, block);
        for (var i = 0; i < rest; i++) values[whole + i] = lastValues[i];
    }

    private struct Piece
    {
        public float* Values;
        public float* Gradient;
        public long Start;
        public long Count;
        public long Steps;
    }

    private struct Sweep
    {
        public void* Kernel;
        public Piece* Pieces;
        public int PieceCount;
        public int* Firsts;
    }
}
