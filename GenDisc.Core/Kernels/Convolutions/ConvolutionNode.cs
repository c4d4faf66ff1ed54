using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>Gradient of <see cref="ConvolutionBlock"/>; its inputs are x, weight and bias.</summary>
internal sealed unsafe class ConvolutionNode() : GradientNode(3)
{
    public static readonly NodePool<ConvolutionNode> Nodes = new(() => new());
    private nint input;
    private nint weight;
    private byte* marks;
    private ConvolutionSizes sizes;
    private bool asksInput;
    private bool asksWeight;
    private bool asksBias;

    /// <param name="marks">Taken over; may be null.</param>
    public void Save(Tensor x, Tensor weight, Tensor bias, byte* marks, in ConvolutionSizes sizes)
    {
        input = LibTorch.Detach(x.Handle);
        this.weight = LibTorch.Detach(weight.Handle);
        this.marks = marks;
        this.sizes = sizes;
        asksInput = LibTorch.RequiresGradient(x.Handle);
        asksWeight = LibTorch.RequiresGradient(weight.Handle);
        asksBias = LibTorch.RequiresGradient(bias.Handle);
    }

    protected override void Backward(nint gradient, Span<nint> inputs)
    {
        if (input == 0) throw new InvalidOperationException("the graph of a convolution was already used");
        var channelsLast = ChannelsLast.Is(gradient);
        if (channelsLast || LibTorch.IsContiguous(gradient)) Compute(gradient, channelsLast, inputs);
        else
        {
            using var copy = ChannelsLast.Copy(gradient);
            Compute(copy.Handle, true, inputs);
        }

        Release();
    }

    protected override void Release()
    {
        if (input != 0) LibTorch.Dispose(input);
        if (weight != 0) LibTorch.Dispose(weight);
        if (marks != null) Memory.GiveBack(marks);
        (input, weight) = (0, 0);
        marks = null;
    }

    private void Compute(nint gradient, bool gradientChannelsLast, Span<nint> inputs)
    {
        var (batch, c, h, w, outputs) = (sizes.Batch, sizes.Inputs, sizes.Height, sizes.Width, sizes.Outputs);
        var inputIsLeft = WeightGradient.InputIsLeft(c, outputs);
        var image = new PaddedImage(h, w, c, inputIsLeft ? c : Lanes.RoundUp(c));
        var stride = inputIsLeft ? Lanes.RoundUp(outputs) : Correlation.StrideOf(outputs, c);
        var gradientImage = new PaddedImage(h, w, outputs, stride);
        var order = WeightOrder.Of(c, outputs, sizes.Transposed);
        var dx = asksInput ? ChannelsLast.NewHandle(batch, c, h, w) : 0;
        var pass = new BackwardPass
        {
            Batch = batch,
            Input = (float*)LibTorch.Data(input),
            InputChannelsLast = sizes.InputChannelsLast,
            Gradient = (float*)LibTorch.Data(gradient),
            GradientChannelsLast = gradientChannelsLast,
            Marks = marks,
            Activation = sizes.Activation,
            Image = image,
            GradientImage = gradientImage,
            InputIsLeft = inputIsLeft,
            Weights = inputIsLeft ? new(image, gradientImage) : new(gradientImage, image),
            Sums = null,
            Adjoint = dx == 0
                ? default
                : new(gradientImage, c, (float*)LibTorch.Data(weight), order.Adjoint(), null),
            InputGradient = dx == 0 ? null : (float*)LibTorch.Data(dx),
        };
        var blocks = (nuint)ForwardPass.Blocks(batch);
        if (asksWeight || asksBias) pass.Sums = (float*)Memory.Rent(blocks * (nuint)pass.SumsSize * sizeof(float));
        pass.Run();
        inputs[0] = dx;
        if (asksWeight) inputs[1] = WeightFrom(pass, inputIsLeft ? order : order.Adjoint());
        if (asksBias) inputs[2] = BiasFrom(pass);

        pass.Weights.GiveBack();
        if (dx != 0) pass.Adjoint.GiveBack();
        if (pass.Sums != null) Memory.GiveBack(pass.Sums);
    }

    private nint WeightFrom(in BackwardPass pass, WeightOrder order)
    {
        var (first, second) = sizes.Transposed ? (sizes.Inputs, sizes.Outputs) : (sizes.Outputs, sizes.Inputs);
        var result = Memory.NewHandle(first, second, 3, 3);
        pass.Weights.Write(pass.Sums, order, (float*)LibTorch.Data(result));
        return result;
    }

    private nint BiasFrom(in BackwardPass pass)
    {
        var result = Memory.NewHandle(sizes.Outputs);
        new ReadOnlySpan<float>(pass.Sums + pass.Weights.Size, sizes.Outputs)
            .CopyTo(new((float*)LibTorch.Data(result), sizes.Outputs));
        return result;
    }
}
