using System.Runtime.CompilerServices;
using GenDisc.Core.Kernels.Native;

namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// A 3×3 correlation of padded images, and the weights packed for it: `[pixels, 9·inputs] · [9·inputs, outputs]`, in
/// which the left matrix is never written down. Pixels of several rows (a strip) are one list, which is cut into sixes:
/// only the last six of a strip can have some too many, however wide the image is.
/// </summary>
internal unsafe struct Correlation
{
    /// <summary>A strip of outputs stays in the first-level cache until it is pooled or copied away.</summary>
    private const int StripBytes = 12 << 10;

    /// <summary>Weights of sixteen outputs that are more are used a row of the kernel at a time.</summary>
    private const int PanelBytes = 20 << 10;

    private const int MostSingleOutputs = 4;
    private readonly PaddedImage image;
    private readonly int outputs;
    private readonly bool single;
    private MicroKernel.Runs runs;
    private readonly float* weights;
    private readonly float* start;
    private readonly int* at;

    /// <param name="image">What it reads.</param>
    /// <param name="outputs">Channels that it writes.</param>
    /// <param name="weight">In <paramref name="order"/>.</param>
    /// <param name="order">The order of the weights.</param>
    /// <param name="bias">`[outputs]`, or null for none.</param>
    public Correlation(PaddedImage image, int outputs, float* weight, WeightOrder order, float* bias)
    {
        this.image = image;
        this.outputs = outputs;
        single = Singly(image.Channels, outputs);
        var depth = WeightOrder.Taps * image.Stride;
        var run = 3 * image.Stride;
        runs = new() { Count = 3, Length = run, AStep = 1, ARun = image.RowStride };
        StripRows = Math.Max(2, StripBytes / (sizeof(float) * image.Width * OutputStride) / 2 * 2);
        StripRows = Math.Min(StripRows, (image.Height + 1) / 2 * 2);

        weights = (float*)Memory.Rent((nuint)depth * (nuint)OutputStride * sizeof(float));
        start = (float*)Memory.Rent((nuint)OutputStride * sizeof(float));
        for (var o = 0; o < OutputStride; o++) start[o] = bias != null && o < outputs ? bias[o] : 0;
        if (single) PackRows(weight, order, 0, outputs, weights, 1, depth);
        else
            for (var o = 0; o < OutputStride; o += MicroKernel.Columns)
            {
                var columns = Math.Min(MicroKernel.Columns, OutputStride - o);
                PackRows(weight, order, o, columns, weights + ((nint)o * depth), columns, 1);
            }

        var pixels = StripRows * image.Width;
        at = (int*)Memory.Rent((nuint)(pixels + MicroKernel.Rows) * sizeof(int));
        var i = 0;
        for (var y = 0; y < StripRows; y++)
            for (var x = 0; x < image.Width; x++)
                at[i++] = (y * image.RowStride) + (x * image.Stride);
        for (; i < pixels + MicroKernel.Rows; i++) at[i] = 0;
    }

    /// <summary>Rows of a strip: even, so that it can be pooled.</summary>
    public int StripRows { get; }

    /// <summary>Floats from a pixel of a strip to the next.</summary>
    public readonly int OutputStride => Lanes.RoundUp(outputs);

    /// <summary>Floats to rent for a strip: the last tile may write five pixels past it.</summary>
    public readonly nuint StripSize =>
        (nuint)((StripRows * image.Width) + MicroKernel.Rows) * (nuint)OutputStride;

    private readonly nint Depth => (nint)WeightOrder.Taps * image.Stride;

    /// <summary>The stride that an image of so many channels needs to be correlated to so many outputs.</summary>
    public static int StrideOf(int inputs, int outputs) => Singly(inputs, outputs) ? Lanes.RoundUp(inputs) : inputs;

    public readonly void GiveBack()
    {
        Memory.GiveBack(weights);
        Memory.GiveBack(start);
        Memory.GiveBack(at);
    }

    /// <summary>Rows [y, y + rows) of the result, `[rows · width, OutputStride]`.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Strip(float* padded, int y, int rows, float* strip)
    {
        var a = padded + ((nint)y * image.RowStride);
        var pixels = rows * image.Width;
        var step = OutputStride;
        var walk = runs;
        if (single)
        {
            for (var o = 0; o < outputs; o++)
                for (var i = 0; i < pixels; i += MicroKernel.Rows)
                    MicroKernel.One(a, at + i, &walk, weights + (o * Depth), start[o], strip + (i * step) + o, step);
            return;
        }

        for (var o = 0; o < step; o += MicroKernel.Columns)
        {
            var b = weights + (o * Depth);
            var columns = Math.Min(MicroKernel.Columns, step - o);
            walk.BStep = columns;
            walk.BRun = (nint)walk.Length * columns;
            walk.Count = Depth * columns * sizeof(float) > PanelBytes ? 1 : 3;
            for (var run = 0; run < 3; run += walk.Count)
            {
                var from = run == 0 ? start + o : null;
                Panel(a + (run * walk.ARun), &walk, b + (run * walk.BRun), columns, pixels, strip + o, from);
            }
        }
    }

    /// <summary>Up to sixteen outputs of a strip, from <paramref name="from"/> or from what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Panel(
        float* a, MicroKernel.Runs* walk, float* b, int columns, int pixels, float* strip, float* from)
    {
        nint step = OutputStride, fromStep = from == null ? step : 0;
        for (var i = 0; i < pixels; i += MicroKernel.Rows)
        {
            var c = strip + (i * step);
            if (columns == MicroKernel.Columns)
                MicroKernel.Sixteen(a, at + i, walk, b, from == null ? c : from, fromStep, c, step);
            else MicroKernel.Eight(a, at + i, walk, b, from == null ? c : from, fromStep, c, step);
        }
    }

    private static bool Singly(int inputs, int outputs) => outputs <= MostSingleOutputs && inputs >= Lanes.Count;

    /// <summary>Outputs [o, o + columns), zero past the last channel.</summary>
    private readonly void PackRows(
        float* weight, WeightOrder order, int o, int columns, float* target, nint kStep, nint oStep)
    {
        for (var tap = 0; tap < WeightOrder.Taps; tap++)
            for (var i = 0; i < image.Stride; i++, target += kStep)
                for (var column = 0; column < columns; column++)
                    target[column * oStep] = i < image.Channels && o + column < outputs
                        ? weight[order.At(o + column, i, tap)]
                        : 0;
    }
}
