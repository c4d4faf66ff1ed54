using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Products;

/// <summary>
/// x Wᵀ + b, on request with ReLU, as one operation: the products are libtorch's (MKL), bias and ReLU are one pass
/// over the result, and in the backward pass the ReLU's mask and the bias gradient are one pass over the gradient.
/// </summary>
internal static class AffineBlock
{
    private static readonly NodePool<AffineNode> Nodes = new(() => new AffineNode());

    /// <summary>Whether the kernel takes these: float32 matrices on the CPU in row-major order.</summary>
    public static bool Fits(Tensor x, Tensor weight, Tensor bias) =>
        Simd.Fits(x) && Simd.Fits(weight) && Simd.Fits(bias)
        && x.dim() == 2 && weight.dim() == 2 && bias.dim() == 1 && x.size(0) > 0
        && x.size(1) == weight.size(1) && bias.size(0) == weight.size(0);

    /// <param name="x">`[batch, inputs]`</param>
    /// <param name="weight">`[outputs, inputs]`</param>
    /// <param name="bias">`[outputs]`</param>
    /// <param name="relu">Followed by max(0, ·).</param>
    /// <returns>`[batch, outputs]`</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, bool relu)
    {
        var (batch, outputs) = (x.size(0), weight.size(0));
        var result = Memory.Empty(batch, outputs);
        var plain = LibTorch.Detach(weight.Handle);
        var input = LibTorch.Detach(x.Handle);
        var transposed = LibTorch.Transposed(plain);
        LibTorch.AddProduct(result.Handle, input, transposed, 0, 1);
        LibTorch.ThrowIfFailed(); // before another call clears the error
        LibTorch.Dispose(transposed);
        Columns.AddBias(result.Handle, (int)batch, (int)outputs, bias.Handle, relu);
        if (GradientNode.Records(x, weight) || GradientNode.Records(bias))
        {
            var node = Nodes.Rent();
            node.Save(input, plain, result, relu, x, weight, bias);
            node.Attach([x.Handle, weight.Handle, bias.Handle], result);
        }
        else
        {
            LibTorch.Dispose(plain);
            LibTorch.Dispose(input);
        }

        return result;
    }

    /// <summary>The same by tensor operations.</summary>
    public static Tensor Twin(Tensor x, Tensor weight, Tensor bias, bool relu)
    {
        var result = nn.functional.linear(x, weight, bias);
        return relu ? nn.functional.relu(result) : result;
    }

    private sealed class AffineNode() : GradientNode(3)
    {
        private nint input;
        private nint weight;
        private nint result;
        private bool asksInput;
        private bool asksWeight;
        private bool asksBias;

        public void Save(nint input, nint plain, Tensor result, bool relu, Tensor x, Tensor weight, Tensor bias)
        {
            this.input = input;
            this.weight = plain;
            this.result = relu ? LibTorch.Detach(result.Handle) : 0;
            asksInput = LibTorch.RequiresGradient(x.Handle);
            asksWeight = LibTorch.RequiresGradient(weight.Handle);
            asksBias = LibTorch.RequiresGradient(bias.Handle);
        }

        protected override void Backward(nint gradient, Span<nint> inputs)
        {
            if (input == 0) throw new InvalidOperationException("the graph was already used; it keeps nothing for a second pass");
            var given = LibTorch.Contiguous(gradient); // mostly the same tensor
            var (batch, outputs) = ((int)LibTorch.Size(given, 0), (int)LibTorch.Size(given, 1));
            var error = result == 0 ? given : Memory.NewHandle(batch, outputs);
            if (result != 0 || asksBias) // the mask's pass sums in any case
            {
                inputs[2] = Memory.NewHandle(outputs);
                if (result == 0) Columns.Sum(given, batch, outputs, inputs[2]);
                else Columns.MaskAndSum(given, result, batch, outputs, error, inputs[2]);
            }

            if (asksWeight)
            {
                inputs[1] = Memory.NewHandle(outputs, LibTorch.Size(input, 1));
                var transposed = LibTorch.Transposed(error);
                LibTorch.AddProduct(inputs[1], transposed, input, 0, 1);
                LibTorch.ThrowIfFailed();
                LibTorch.Dispose(transposed);
            }

            if (asksInput)
            {
                inputs[0] = Memory.NewHandle(batch, LibTorch.Size(input, 1));
                LibTorch.AddProduct(inputs[0], error, weight, 0, 1);
                LibTorch.ThrowIfFailed();
            }

            if (error != given) LibTorch.Dispose(error);
            LibTorch.Dispose(given);
            Release();
        }

        protected override void Release()
        {
            if (input != 0) LibTorch.Dispose(input);
            if (weight != 0) LibTorch.Dispose(weight);
            if (result != 0) LibTorch.Dispose(result);
            (input, weight, result) = (0, 0, 0);
        }
    }
}
