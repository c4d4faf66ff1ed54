using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>Gradient of <see cref="MaxPool2"/>. It needs the marks only, not the numbers.</summary>
internal sealed unsafe class MaxPoolNode() : GradientNode(1)
{
    public static readonly NodePool<MaxPoolNode> Nodes = new(() => new());
    private MaxPoolPass pass;

    /// <param name="done">Its marks are taken over.</param>
    public void Save(in MaxPoolPass done) => pass = done;

    protected override void Backward(nint gradient, Span<nint> inputs)
    {
        if (pass.Marks == null) throw new InvalidOperationException("the graph of a pool was already used");
        var first = !ChannelsLast.Is(gradient) && LibTorch.IsContiguous(gradient);
        using var copy = first || ChannelsLast.Is(gradient) ? null : ChannelsLast.Copy(gradient);
        pass.ChannelsLast = !first;
        var activation = pass.Activation;
        var result = ChannelsLast.NewHandle(pass.Batch, activation.Channels, pass.Height, activation.Width);
        pass.Pooled = (float*)LibTorch.Data(copy?.Handle ?? gradient);
        pass.Full = (float*)LibTorch.Data(result);
        pass.Backward();
        inputs[0] = result;
        Release();
    }

    protected override void Release()
    {
        if (pass.Marks != null) Memory.GiveBack(pass.Marks);
        pass.Marks = null;
    }
}
