using GenDisc.Core.Modules;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>A layer with its sizes: what GenDisc, a hand-written TorchSharp model and the floor are built from.</summary>
internal abstract record Layer
{
    public abstract Module<Tensor, Tensor> Ours(RandomStream init);

    public abstract Module<Tensor, Tensor> Plain();

    /// <summary>The matrix product of a forward pass; null where there is none.</summary>
    public virtual Product? Forward(int batch) => null;

    /// <summary>The matrix products of a training step.</summary>
    /// <param name="batch">Examples.</param>
    /// <param name="first">Nothing before it learns, so no one asks for the gradient of its input.</param>
    public IEnumerable<Product> Products(int batch, bool first)
    {
        if (Forward(batch) is not var (rows, inner, columns)) yield break;
        yield return new Product(rows, inner, columns);
        yield return new Product(columns, rows, inner); // the weight's gradient
        if (!first) yield return new Product(rows, columns, inner); // the input's gradient
    }
}

internal sealed record Dense(int Inputs, int Outputs) : Layer
{
    public override Module<Tensor, Tensor> Ours(RandomStream init) => new Affine(Inputs, Outputs, init);

    public override Module<Tensor, Tensor> Plain() => Linear(Inputs, Outputs);

    public override Product? Forward(int batch) => new Product(batch, Inputs, Outputs);
}

/// <summary>3×3, padding 1, of square images; as a product, of the size of im2col.</summary>
internal sealed record Conv(int Inputs, int Outputs, int Side) : Layer
{
    public override Module<Tensor, Tensor> Ours(RandomStream init) => new Convolution(Inputs, Outputs, transposed: false, init);

    public override Module<Tensor, Tensor> Plain() => Conv2d(Inputs, Outputs, 3, padding: 1);

    public override Product? Forward(int batch) => new Product((long)batch * Side * Side, 9 * Inputs, Outputs);
}

internal sealed record Relu : Layer
{
    public override Module<Tensor, Tensor> Ours(RandomStream init) => Pure.Relu();

    public override Module<Tensor, Tensor> Plain() => ReLU();
}

/// <summary>2×2 maximum, stride 2.</summary>
internal sealed record Pool : Layer
{
    public override Module<Tensor, Tensor> Ours(RandomStream init) => Pure.MaxPool();

    public override Module<Tensor, Tensor> Plain() => MaxPool2d(2);
}

/// <summary>Examples to another shape.</summary>
internal sealed record Shape(params long[] Sides) : Layer
{
    public override Module<Tensor, Tensor> Ours(RandomStream init) => Pure.Reshape(Sides);

    public override Module<Tensor, Tensor> Plain() => Sides.Length == 1 ? Flatten() : Unflatten(1, Sides);
}
