using System.Runtime.CompilerServices;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>Convolution, bias, ReLU and pool of a batch, strip by strip.</summary>
internal unsafe struct ForwardPass
{
    /// <summary>Images of a block: enough to be worth its scratch, and the same for any number of threads.</summary>
    public const int BlockImages = 8;

    public required float* Input;
    public required bool InputChannelsLast;
    public required int Batch;
    public required PaddedImage Image;
    public required Correlation Correlation;
    public required Activation Activation;
    public required float* Output;

    /// <summary>Null without a gradient.</summary>
    public required byte* Marks;

    public static int Blocks(int batch) => (batch + BlockImages - 1) / BlockImages;

    public void Run()
    {
        fixed (ForwardPass* state = &this) Team.For(Blocks(Batch), &Block, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(void* state, int block)
    {
        ref readonly var pass = ref *(ForwardPass*)state;
        var padded = (float*)Memory.Rent((pass.Image.Size + pass.Correlation.StripSize) * sizeof(float));
        pass.Image.Clear(padded);
        var last = Math.Min(pass.Batch, (block + 1) * BlockImages);
        for (var image = block * BlockImages; image < last; image++)
            pass.OneImage(image, padded, padded + pass.Image.Size);
        Memory.GiveBack(padded);
    }

    private readonly void OneImage(int image, float* padded, float* strip)
    {
        var height = Image.Height;
        Image.Fill(padded, Input + ((nint)image * height * Image.Width * Image.Channels), InputChannelsLast);
        var pixels = (nint)image * Activation.OutputRows(height) * Activation.OutputWidth;
        var output = Output + (pixels * Activation.Channels);
        var marks = Marks == null ? null : Marks + (pixels * Activation.MarkStride);
        for (var y = 0; y < height; y += Correlation.StripRows)
        {
            var rows = Math.Min(Correlation.StripRows, height - y);
            Correlation.Strip(padded, y, rows, strip);
            Activation.Forward(strip, Correlation.OutputStride, rows, output, marks);
            var written = (nint)Activation.OutputRows(rows) * Activation.OutputWidth;
            output += written * Activation.Channels;
            if (marks != null) marks += written * Activation.MarkStride;
        }
    }
}
