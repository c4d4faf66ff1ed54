using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// What U-Nets of images and of sequences (images of one row) have in common. Each level but the last: a residual block, and
/// averages of 2 × 2 pixels go on to the next; the last, a block and perhaps self-attention; on the way back, nearest
/// upsampling, what the level had on the way down, and a block. An odd side halves to the larger half, whose last average is
/// over the pixels there are. Two departures from the papers make it cheaper: what a level had is added and not appended, so
/// that blocks going up have half the inputs, and a 1×1 convolution takes channels to those of the level above before
/// upsampling, on a quarter of the pixels. The last convolution starts at zero, so that training starts from the prediction 0.
/// </summary>
internal sealed class UNetBody : Module
{
    private const int SmallestHalved = 8;
    private const int MostLevels = 3;

    private readonly TimeEmbedding embedding;
    private readonly Module<Tensor, Tensor> first;
    private readonly TorchSharp.Modules.ModuleList<DenoisingBlock> down;
    private readonly DenoisingBlock bottom;
    private readonly PixelAttention? attention;
    private readonly TorchSharp.Modules.ModuleList<UNetRise> up;
    private readonly ShiftedNorm norm;
    private readonly Module<Tensor, Tensor> last;

    /// <param name="channels">Of what it reads and returns.</param>
    /// <param name="width">Channels of the first level; the others have twice as many.</param>
    /// <param name="levels">How many resolutions.</param>
    /// <param name="attends">Whether the pixels of the lowest resolution look at each other.</param>
    /// <param name="classes">0: the class is never told.</param>
    /// <param name="convolution">From inputs to outputs, keeping the size of the image.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="kernels">Whether hand-written kernels may be used.</param>
    public UNetBody(
        int channels,
        int width,
        int levels,
        bool attends,
        int classes,
        Func<int, int, Module<Tensor, Tensor>> convolution,
        RandomStream init,
        bool kernels)
        : base(nameof(UNetBody))
    {
        int[] widths = [width, .. Enumerable.Repeat(2 * width, levels - 1)];
        DenoisingBlock Block(int inputs, int outputs) => new(inputs, outputs, convolution, init, kernels);

        embedding = new TimeEmbedding(ResidualMlp.Embedding, classes, init, kernels);
        first = convolution(channels, width);
        down = ModuleList<DenoisingBlock>();
        for (var i = 0; i < levels - 1; i++) down.Add(Block(widths[Math.Max(0, i - 1)], widths[i]));
        bottom = Block(widths[Math.Max(0, levels - 2)], widths[^1]);
        attention = attends ? new PixelAttention(widths[^1], init, kernels) : null;
        up = ModuleList<UNetRise>();
        for (var i = 0; i < levels - 1; i++) up.Add(new(widths[i + 1], widths[i], convolution, init, kernels));
        norm = new ShiftedNorm(width, silu: true, kernels);
        last = convolution(width, channels);
        RegisterComponents();
        Initialise.Zero(last);
    }

    /// <summary>How many resolutions there are of images whose smaller side is this.</summary>
    public static int LevelsOf(int side)
    {
        var levels = 1;
        for (; levels < MostLevels && side >= SmallestHalved; levels++) side = (side + 1) / 2;
        return levels;
    }

    /// <param name="x">float32 `[batch, channels, h, w]`</param>
    /// <param name="time">float32 `[batch]`</param>
    /// <param name="labels">int64 `[batch]`, or null.</param>
    public Tensor Of(Tensor x, Tensor time, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        var told = embedding.Of(time, labels);
        var h = first.call(x);
        var passed = new Tensor[down.Count];
        for (var i = 0; i < passed.Length; i++)
        {
            passed[i] = down[i].Of(h, told);
            h = functional.avg_pool2d(passed[i], 2, ceil_mode: true, count_include_pad: false);
        }

        h = bottom.Of(h, told);
        if (attention is not null) h = attention.Of(h);
        for (var i = passed.Length - 1; i >= 0; i--) h = up[i].Of(h, passed[i], told);
        return last.call(norm.Of(h, null)).MoveToOuterDisposeScope();
    }
}
