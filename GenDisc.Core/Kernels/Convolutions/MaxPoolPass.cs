using System.Runtime.CompilerServices;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>The 2×2 maximum of a batch, or its gradient, image by image.</summary>
internal unsafe struct MaxPoolPass
{
    public required int Batch;
    public required int Height;
    public required Activation Activation;

    /// <summary>Whether what is read (the input, or the gradient of the output) has its channels last.</summary>
    public required bool ChannelsLast;

    /// <summary>What is pooled, or its gradient.</summary>
    public required float* Full;

    /// <summary>The maxima, or their gradient.</summary>
    public required float* Pooled;

    /// <summary>Null if no one asks for a gradient.</summary>
    public required byte* Marks;

    /// <summary>Bytes of an image's marks.</summary>
    public readonly nint MarksSize => OutputPixels * Activation.MarkStride;

    private readonly int Pixels => Height * Activation.Width;

    private readonly nint OutputPixels => (nint)(Height / 2) * Activation.OutputWidth;

    public void Forward() => Run(&ForwardImage);

    public void Backward() => Run(&BackwardImage);

    private void Run(delegate*<void*, int, void> body)
    {
        fixed (MaxPoolPass* state = &this) Team.For(Batch, body, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardImage(void* state, int image)
    {
        ref readonly var pass = ref *(MaxPoolPass*)state;
        var channels = pass.Activation.Channels;
        var input = pass.Full + ((nint)image * pass.Pixels * channels);
        var stride = Lanes.RoundUp(channels);
        float* whole = null;
        if (!pass.ChannelsLast || stride != channels)
            input = whole = pass.Reordered(input, pass.Pixels, stride); // vectors must not reach past the last pixel

        pass.Activation.Forward(
            input,
            stride,
            pass.Height,
            pass.Pooled + (image * pass.OutputPixels * channels),
            pass.Marks == null ? null : pass.Marks + (image * pass.MarksSize));
        if (whole != null) Memory.GiveBack(whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardImage(void* state, int image)
    {
        ref readonly var pass = ref *(MaxPoolPass*)state;
        var activation = pass.Activation;
        var row = (nint)activation.Width * activation.Channels;
        var target = pass.Full + (image * pass.Height * row);
        if (int.IsOddInteger(pass.Height)) new Span<float>(target + ((pass.Height - 1) * row), (int)row).Clear();
        if (int.IsOddInteger(activation.Width))
            for (var y = 0; y < pass.Height; y++)
                new Span<float>(target + ((y + 1) * row) - activation.Channels, activation.Channels).Clear();
        var gradient = pass.Pooled + (image * pass.OutputPixels * activation.Channels);
        float* reordered = null;
        if (!pass.ChannelsLast)
            gradient = reordered = pass.Reordered(gradient, (int)pass.OutputPixels, activation.Channels);
        activation.Backward(
            gradient,
            pass.Marks + (image * pass.MarksSize),
            pass.Height,
            target,
            activation.Channels,
            row);
        if (reordered != null) Memory.GiveBack(reordered);
    }

    /// <summary>A copy with channels last, to be given back.</summary>
    private readonly float* Reordered(float* source, int pixels, int stride)
    {
        var channels = Activation.Channels;
        var copy = (float*)Memory.Rent((nuint)pixels * (nuint)stride * sizeof(float));
        var (pixelStep, channelStep) = ChannelsLast ? (channels, 1) : (1, pixels);
        PaddedImage.Gather(source, pixelStep, channelStep, pixels, channels, copy, stride);
        return copy;
    }
}
