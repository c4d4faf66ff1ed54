using GenDisc.Core.Kernels.Losses;
using GenDisc.Core.Kernels.Native;
using TorchSharp;

namespace GenDisc.Core.Kernels.Autograd;

/// <summary>
/// Where a backward pass starts: tensors of the graph with the gradient of the loss in each. Kernels that compute a
/// loss's gradient along with its value start it below the loss.
/// </summary>
internal sealed class Roots : IDisposable
{
    private nint[] tensors = new nint[4];
    private nint[] gradients = new nint[4];
    private torch.Tensor?[] rooms = new torch.Tensor?[4];
    private int count;
    private nint[] leaves = new nint[4];
    private nint[] given = new nint[4];
    private int leafCount;

    public void Clear()
    {
        count = 0;
        DropLeaves();
    }

    /// <summary>Both tensors must live until <see cref="Backward"/> is through.</summary>
    public void Add(torch.Tensor tensor, torch.Tensor gradient)
    {
        if (count == tensors.Length)
        {
            Array.Resize(ref tensors, 2 * count);
            Array.Resize(ref gradients, 2 * count);
            Array.Resize(ref rooms, 2 * count);
        }

        (tensors[count], gradients[count]) = (tensor.Handle, gradient.Handle);
        count++;
    }

    /// <summary>
    /// Adds a root and gives the uninitialised tensor that its gradient is to be written to: the one of the pass before
    /// where the shape is the same.
    /// </summary>
    public torch.Tensor AddRoom(torch.Tensor tensor)
    {
        var place = count;
        var kept = place < rooms.Length ? rooms[place] : null;
        if (kept is null || !Shapes.Equal(kept, tensor))
        {
            kept?.Dispose();
            kept = Memory.EmptyLike(tensor).DetachFromDisposeScope();
        }

        Add(tensor, kept);
        rooms[place] = kept;
        return kept;
    }

    /// <summary>A parameter whose gradient is known without a backward pass; one that requires none gets none.</summary>
    /// <param name="parameter">Must live until <see cref="Backward"/> is through.</param>
    /// <param name="gradient">Handle on a tensor of its shape that nothing else writes to; taken over.</param>
    public void AddLeaf(torch.Tensor parameter, nint gradient)
    {
        if (!LibTorch.RequiresGradient(parameter.Handle))
        {
            LibTorch.Dispose(gradient);
            return;
        }

        if (leafCount == leaves.Length)
        {
            Array.Resize(ref leaves, 2 * leafCount);
            Array.Resize(ref given, 2 * leafCount);
        }

        (leaves[leafCount], given[leafCount]) = (parameter.Handle, gradient);
        leafCount++;
    }

    /// <summary>Adds to the `grad` of every parameter that the roots depend on, and of those whose gradient is known.</summary>
    public void Backward()
    {
        if (count > 0) GradientNode.Run(tensors.AsSpan(0, count), gradients.AsSpan(0, count));
        for (var i = 0; i < leafCount; i++) GradientNode.Accumulate(leaves[i], given[i]);
        LibTorch.ThrowIfFailed();
        DropLeaves();
    }

    public void Dispose()
    {
        DropLeaves();
        foreach (var room in rooms) room?.Dispose();
        rooms = [];
    }

    private void DropLeaves()
    {
        for (var i = 0; i < leafCount; i++) LibTorch.Dispose(given[i]);
        leafCount = 0;
    }
}
