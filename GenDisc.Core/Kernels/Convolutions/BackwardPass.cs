using System.Numerics;
using System.Runtime.CompilerServices;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// Gradients of a batch, image by image: the one of the convolution's output is spread out from the pooled one in
/// scratch, and read there by all three sums.
/// </summary>
internal unsafe struct BackwardPass
{
    public required int Batch;
    public required float* Input;
    public required bool InputChannelsLast;
    public required float* Gradient;
    public required bool GradientChannelsLast;

    /// <summary>Null without ReLU and pool.</summary>
    public required byte* Marks;
    public required Activation Activation;

    /// <summary>Layout of the padded input.</summary>
    public required PaddedImage Image;

    /// <summary>Layout of the padded gradient of the convolution's output.</summary>
    public required PaddedImage GradientImage;
    public required bool InputIsLeft;
    public required WeightGradient Weights;

    /// <summary><see cref="SumsSize"/> floats a block; null if weight and bias have no gradient.</summary>
    public required float* Sums;

    /// <summary>From the gradient of the output to that of the input.</summary>
    public required Correlation Adjoint;

    /// <summary>`[batch, h, w, inputs]`, or null if no one asks for it.</summary>
    public required float* InputGradient;

    /// <summary>Weights, then biases.</summary>
    public readonly int SumsSize => Weights.Size + Lanes.RoundUp(GradientImage.Channels);

    private readonly int OutputPixels => Activation.OutputRows(Image.Height) * Activation.OutputWidth;

    /// <summary>The sums of all blocks are then those of the first.</summary>
    public void Run()
    {
        var blocks = ForwardPass.Blocks(Batch);
        fixed (BackwardPass* state = &this) Team.For(blocks, &Block, state);
        if (Sums == null) return;
        var total = new Span<float>(Sums, SumsSize);
        for (var block = 1; block < blocks; block++) AddTo(total, new(Sums + ((nint)block * SumsSize), SumsSize));
    }

    private static void AddTo(Span<float> total, ReadOnlySpan<float> values)
    {
        var i = 0;
        for (; i <= total.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(total[i..]) + new Vector<float>(values[i..])).CopyTo(total[i..]);
        for (; i < total.Length; i++) total[i] += values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(void* state, int block)
    {
        ref readonly var pass = ref *(BackwardPass*)state;
        var scratch = new Scratch(in pass);
        var sums = pass.Sums == null ? null : pass.Sums + ((nint)block * pass.SumsSize);
        if (sums != null) new Span<float>(sums, pass.SumsSize).Clear();
        var last = Math.Min(pass.Batch, (block + 1) * ForwardPass.BlockImages);
        for (var image = block * ForwardPass.BlockImages; image < last; image++)
        {
            pass.Spread(image, scratch);
            if (sums != null) pass.AddSums(image, scratch, sums);
            if (pass.InputGradient != null) pass.ToInput(image, scratch);
        }

        Memory.GiveBack(scratch.Memory);
    }

    private readonly void Spread(int image, Scratch scratch)
    {
        var gradient = Gradient + ((nint)image * OutputPixels * GradientImage.Channels);
        if (Marks == null)
        {
            GradientImage.Fill(scratch.Gradient, gradient, GradientChannelsLast);
            return;
        }

        if (!GradientChannelsLast)
        {
            var channels = GradientImage.Channels;
            PaddedImage.Gather(gradient, 1, OutputPixels, OutputPixels, channels, scratch.Reordered, channels);
            gradient = scratch.Reordered;
        }

        Activation.Backward(
            gradient,
            Marks + ((nint)image * OutputPixels * Activation.MarkStride),
            Image.Height,
            GradientImage.Inside(scratch.Gradient),
            GradientImage.Stride,
            GradientImage.RowStride);
    }

    private readonly void AddSums(int image, Scratch scratch, float* sums)
    {
        var input = Input + ((nint)image * Image.Height * Image.Width * Image.Channels);
        Image.Fill(scratch.Input, input, InputChannelsLast);
        if (InputIsLeft) Weights.Add(scratch.Input, scratch.Gradient, sums);
        else Weights.Add(scratch.Gradient, scratch.Input, sums);
        WeightGradient.AddPixels(GradientImage, scratch.Gradient, sums + Weights.Size);
    }

    private readonly void ToInput(int image, Scratch scratch)
    {
        var plain = new Activation(Image.Channels, Image.Width, false, false);
        var row = (nint)Image.Width * Image.Channels;
        var target = InputGradient + (image * Image.Height * row);
        for (var y = 0; y < Image.Height; y += Adjoint.StripRows)
        {
            // Pixels too many are overwritten by the next strip; the last one must not reach into the next image.
            var rows = Math.Min(Adjoint.StripRows, Image.Height - y);
            var direct = Adjoint.OutputStride == Image.Channels
                && (Image.Height - y - rows) * Image.Width >= MicroKernel.Rows;
            Adjoint.Strip(scratch.Gradient, y, rows, direct ? target + (y * row) : scratch.Strip);
            if (!direct) plain.Forward(scratch.Strip, Adjoint.OutputStride, rows, target + (y * row), null);
        }
    }

    /// <summary>Of one block. What no pooled pixel reaches (borders, dropped rows and columns) stays zero.</summary>
    private readonly ref struct Scratch
    {
        public Scratch(ref readonly BackwardPass pass)
        {
            var strip = pass.InputGradient == null ? 0 : pass.Adjoint.StripSize;
            var asIs = pass.GradientChannelsLast || pass.Marks == null;
            var reordered = asIs ? 0 : pass.OutputPixels * pass.GradientImage.Channels;
            var floats = pass.Image.Size + pass.GradientImage.Size + strip + (nuint)reordered;
            Input = (float*)Native.Memory.Rent(floats * sizeof(float));
            Gradient = Input + pass.Image.Size;
            Strip = Gradient + pass.GradientImage.Size;
            Reordered = Strip + strip;
            pass.Image.Clear(Input);
            pass.GradientImage.Clear(Gradient);
        }

        public float* Input { get; }

        public float* Gradient { get; }

        public float* Strip { get; }

        public float* Reordered { get; }

        public void* Memory => Input;
    }
}
