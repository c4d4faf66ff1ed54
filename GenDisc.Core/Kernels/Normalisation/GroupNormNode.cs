using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Convolutions;
using GenDisc.Core.Kernels.Native;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>Gradient of <see cref="GroupNormBlock"/>; its inputs are x, scale, offset and perhaps shift.</summary>
internal sealed unsafe class GroupNormNode(int inputs) : GradientNode(inputs)
{
    /// <summary>Without a shift.</summary>
    public static readonly NodePool<GroupNormNode> Plain = new(() => new(3));

    /// <summary>With a shift.</summary>
    public static readonly NodePool<GroupNormNode> Shifted = new(() => new(4));
    private nint input;
    private nint scale;
    private nint offset;
    private nint shift;
    private float* moments;
    private GroupNormSizes sizes;
    private bool asksInput;
    private bool asksScale;
    private bool asksOffset;
    private bool asksShift;

    /// <param name="moments">Taken over.</param>
    public void Save(Tensor x, Tensor scale, Tensor offset, Tensor? shift, float* moments, in GroupNormSizes sizes)
    {
        input = LibTorch.Detach(x.Handle);
        this.scale = LibTorch.Detach(scale.Handle);
        this.offset = LibTorch.Detach(offset.Handle);
        this.shift = shift is null ? 0 : LibTorch.Detach(shift.Handle);
        this.moments = moments;
        this.sizes = sizes;
        asksInput = LibTorch.RequiresGradient(x.Handle);
        asksScale = LibTorch.RequiresGradient(scale.Handle);
        asksOffset = LibTorch.RequiresGradient(offset.Handle);
        asksShift = shift is not null && LibTorch.RequiresGradient(shift.Handle);
    }

    protected override void Backward(nint gradient, Span<nint> inputs)
    {
        if (input == 0) throw new InvalidOperationException("the graph of a group normalisation was already used");
        using var copy = ChannelsLast.Is(gradient) ? null : ChannelsLast.Copy(gradient);
        Compute(copy?.Handle ?? gradient, inputs);
        Release();
    }

    protected override void Release()
    {
        foreach (var saved in (ReadOnlySpan<nint>)[input, scale, offset, shift])
            if (saved != 0) LibTorch.Dispose(saved);
        if (moments != null) Memory.GiveBack(moments);
        (input, scale, offset, shift) = (0, 0, 0, 0);
        moments = null;
    }

    private void Compute(nint gradient, Span<nint> inputs)
    {
        var (batch, channels) = (sizes.Batch, sizes.Channels);
        var result = ChannelsLast.NewHandle(batch, channels, sizes.Height, sizes.Width);
        if (asksShift) inputs[3] = Memory.NewHandle(batch, channels);
        var pass = new GroupNormGradient
        {
            Sizes = sizes,
            Input = (float*)LibTorch.Data(input),
            Shift = shift == 0 ? null : (float*)LibTorch.Data(shift),
            Scale = (float*)LibTorch.Data(scale),
            Offset = (float*)LibTorch.Data(offset),
            Moments = moments,
            Gradient = (float*)LibTorch.Data(gradient),
            InputGradient = (float*)LibTorch.Data(result),
            ShiftGradient = asksShift ? (float*)LibTorch.Data(inputs[3]) : null,
            Parts = (double*)Memory.Rent((nuint)batch * (nuint)(2 * channels) * sizeof(double)),
        };
        pass.Run();
        if (asksInput) inputs[0] = result;
        else LibTorch.Dispose(result);
        if (asksScale) inputs[1] = Summed(pass, ofScale: true);
        if (asksOffset) inputs[2] = Summed(pass, ofScale: false);
        Memory.GiveBack(pass.Parts);
    }

    private nint Summed(in GroupNormGradient pass, bool ofScale)
    {
        var sum = Memory.NewHandle(sizes.Channels);
        pass.WriteSum(ofScale, (float*)LibTorch.Data(sum));
        return sum;
    }
}
