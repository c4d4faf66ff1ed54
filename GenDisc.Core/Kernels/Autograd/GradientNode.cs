using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Autograd;

/// <summary>
/// An operation of our own in libtorch's graph of gradients. TorchSharp's own custom functions cost 60 µs and 2.7 kB a
/// call; nodes of this kind are kept and used again, and cost a few microseconds and no managed memory.
/// </summary>
/// <remarks>
/// A node is rented from a <see cref="NodePool{T}"/>, told what to save, and given to libtorch by <see cref="Attach"/>;
/// it goes back to its pool when libtorch drops the graph. Not for double differentiation.
/// </remarks>
internal abstract unsafe class GradientNode
{
    [ThreadStatic]
    private static Exception? failure;

    [ThreadStatic]
    private static bool direct;

    [ThreadStatic]
    private static nint* pending;

    [ThreadStatic]
    private static int pendingCount;

    private readonly ApplyCallback apply;
    private readonly DeletedCallback deleted;
    private readonly nint applyPointer;
    private readonly nint deletedPointer;
    private readonly int inputs;
    private readonly nint* results;
    private readonly nint* leaves;
    private Action? giveBack;

    /// <param name="inputs">How many inputs the operation has.</param>
    protected GradientNode(int inputs)
    {
        this.inputs = inputs;
        results = (nint*)NativeMemory.AllocZeroed((nuint)inputs, (nuint)sizeof(nint)); // as long as the node: for ever
        leaves = (nint*)NativeMemory.AllocZeroed((nuint)inputs, (nuint)sizeof(nint));
        apply = Apply;
        deleted = Deleted;
        applyPointer = Marshal.GetFunctionPointerForDelegate(apply);
        deletedPointer = Marshal.GetFunctionPointerForDelegate(deleted);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate LibTorch.HandleArray ApplyCallback(nint* gradients, int count);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void DeletedCallback();

    /// <summary>Whether an operation on these inputs has to be recorded.</summary>
    public static bool Records(Tensor a, Tensor b) =>
        LibTorch.IsGradientEnabled() && (LibTorch.RequiresGradient(a.Handle) || LibTorch.RequiresGradient(b.Handle));

    /// <inheritdoc cref="Records(Tensor, Tensor)"/>
    public static bool Records(Tensor a) => LibTorch.IsGradientEnabled() && LibTorch.RequiresGradient(a.Handle);

    /// <summary>
    /// Back-propagates from <paramref name="roots"/>, whose gradients are given, into the `grad` of every parameter.
    /// Nodes of our own hand their gradients of parameters over without a copy; libtorch, which also counts our handle
    /// on them, would make one.
    /// </summary>
    /// <exception cref="InvalidOperationException">A node failed.</exception>
    public static void Run(ReadOnlySpan<nint> roots, ReadOnlySpan<nint> gradients)
    {
        (direct, failure) = (true, null);
        try
        {
            fixed (nint* tensors = roots, seeds = gradients)
                LibTorch.Backward(tensors, roots.Length, seeds, gradients.Length, false, false, null, 0);
            LibTorch.ThrowIfFailed();
        }
        finally
        {
            direct = false;
            DropPending();
        }

        ThrowIfFailed();
    }

    /// <summary>Rethrows what a node of this thread threw: exceptions cannot pass through native code.</summary>
    public static void ThrowIfFailed()
    {
        if (failure is not { } caught) return;
        failure = null;
        throw new InvalidOperationException($"a gradient kernel failed: {caught.Message}", caught);
    }

    /// <summary>Adds a gradient to a parameter's; the first one becomes it.</summary>
    public static void Accumulate(nint leaf, nint gradient)
    {
        var existing = LibTorch.Gradient(leaf);
        if (existing == 0)
        {
            LibTorch.SetGradient(leaf, gradient);
            return;
        }

        using var sum = Tensor.UnsafeCreateTensor(existing);
        using var more = Tensor.UnsafeCreateTensor(LibTorch.Detach(gradient));
        sum.add_(more);
    }

    /// <summary>Makes <paramref name="output"/> the result of this node applied to the inputs.</summary>
    public void Attach(ReadOnlySpan<nint> inputs, Tensor output)
    {
        var handle = LibTorch.NewNode(applyPointer, deletedPointer);
        if (handle.Shared == 0) Deleted(); // no one else will say so
        LibTorch.ThrowIfFailed();
        try
        {
            for (var i = 0; i < inputs.Length; i++) leaves[i] = Leaf(inputs[i]);
            var result = output.Handle;
            fixed (nint* vars = inputs)
            {
                var array = new LibTorch.HandleArray(vars, inputs.Length);
                LibTorch.SetNextEdges(handle, array, true);
                LibTorch.ThrowIfFailed(); // before another call clears the error
                LibTorch.WrapOutputs(array, default, default, new LibTorch.HandleArray(&result, 1), handle, &Allocate);
                LibTorch.ThrowIfFailed();
            }
        }
        finally
        {
            // The output's own node now keeps this one alive.
            LibTorch.DisposeShared(handle);
            LibTorch.DisposeWeak(handle);
            DropPending(); // the wrapped output is the same tensor as the one given
        }
    }

    internal void ReturnsTo(Action giveBack) => this.giveBack = giveBack;

    /// <summary>
    /// Computes the gradients of the inputs and drops what was saved. Handles, and no managed tensors, lest the
    /// surrounding dispose scope grow with every node.
    /// </summary>
    /// <param name="gradient">Of the output; any strides; not to be disposed.</param>
    /// <param name="inputs">One place for each input: a new handle, or 0 where no one asks for a gradient.</param>
    protected abstract void Backward(nint gradient, Span<nint> inputs);

    /// <summary>Drops what is still saved: libtorch no longer needs this node.</summary>
    protected abstract void Release();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint* Allocate(nuint count)
    {
        Room((int)count);
        return pending;
    }

    /// <summary>
    /// Handles that libtorch has read by the time this thread comes back to a node, and that are then ours to dispose.
    /// </summary>
    private static void Room(int count)
    {
        DropPending();
        pending = (nint*)NativeMemory.Realloc(pending, (nuint)(count * sizeof(nint)));
        new Span<nint>(pending, count).Clear();
        pendingCount = count;
    }

    private static void DropPending()
    {
        for (var i = 0; i < pendingCount; i++)
            if (pending[i] != 0) LibTorch.Dispose(pending[i]);
        pendingCount = 0;
    }

    private LibTorch.HandleArray Apply(nint* incoming, int count)
    {
        var gradients = new Span<nint>(results, inputs);
        gradients.Clear();
        var gradient = incoming[0];
        try
        {
            // After a failure, and below an output that nothing depends on, there is nothing to pass on.
            if (gradient != 0 && failure is null) Backward(gradient, gradients);
            if (direct) HandOver(gradients);
        }
        catch (Exception e)
        {
            failure ??= e;
            foreach (var made in gradients)
                if (made != 0) LibTorch.Dispose(made);
            gradients.Clear();
        }

        if (gradient != 0) LibTorch.Dispose(gradient);
        Room(inputs);
        gradients.CopyTo(new Span<nint>(pending, inputs)); // to be disposed once libtorch has copied them
        return new LibTorch.HandleArray(results, inputs);
    }

    /// <summary>Gives parameters their gradients at once.</summary>
    private void HandOver(Span<nint> gradients)
    {
        for (var i = 0; i < inputs; i++)
        {
            if (gradients[i] == 0 || leaves[i] == 0) continue;
            Accumulate(leaves[i], gradients[i]);
            LibTorch.Dispose(gradients[i]);
            gradients[i] = 0;
        }
    }

    /// <summary>A handle of our own on a parameter, or 0.</summary>
    private static nint Leaf(nint input) =>
        LibTorch.RequiresGradient(input) && LibTorch.IsLeaf(input) && LibTorch.IsContiguous(input) ? LibTorch.Contiguous(input) : 0;

    private void Deleted()
    {
        Release();
        for (var i = 0; i < inputs; i++)
        {
            if (leaves[i] != 0) LibTorch.Dispose(leaves[i]);
            leaves[i] = 0;
        }

        giveBack?.Invoke();
    }
}
