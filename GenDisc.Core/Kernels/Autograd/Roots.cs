using TorchSharp;

namespace GenDisc.Core.Kernels.Autograd;

/// <summary>
/// Where a backward pass starts: tensors of the graph with the gradient of the loss in each. Kernels that compute a
/// loss's gradient along with its value start it below the loss.
/// </summary>
internal sealed class Roots
{
    private nint[] tensors = new nint[4];
    private nint[] gradients = new nint[4];
    private int count;

    public void Clear() => count = 0;

    /// <summary>Both tensors must live until <see cref="Backward"/> is through.</summary>
    public void Add(torch.Tensor tensor, torch.Tensor gradient)
    {
        if (count == tensors.Length)
        {
            Array.Resize(ref tensors, 2 * count);
            Array.Resize(ref gradients, 2 * count);
        }

        (tensors[count], gradients[count]) = (tensor.Handle, gradient.Handle);
        count++;
    }

    /// <summary>Adds to the `grad` of every parameter that the roots depend on.</summary>
    public void Backward()
    {
        if (count > 0) GradientNode.Run(tensors.AsSpan(0, count), gradients.AsSpan(0, count));
    }
}
