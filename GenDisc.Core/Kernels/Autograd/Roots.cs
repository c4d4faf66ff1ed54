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

    public void Clear() => count = 0;

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

    /// <summary>Adds to the `grad` of every parameter that the roots depend on.</summary>
    public void Backward()
    {
        if (count > 0) GradientNode.Run(tensors.AsSpan(0, count), gradients.AsSpan(0, count));
    }

    public void Dispose()
    {
        foreach (var room in rooms) room?.Dispose();
        rooms = [];
    }
}
