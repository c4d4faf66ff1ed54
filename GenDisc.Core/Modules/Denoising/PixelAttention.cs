using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// Self-attention of one head over the pixels of an image (Vaswani et al. 2017, eq. 1; Ho, Jain and Abbeel 2020), added to
/// what it reads: h ← h + W softmax(Q Kᵀ / √c) V of the normalised h, `[batch, c, h, w]`. W starts at zero.
/// </summary>
internal sealed class PixelAttention : Module
{
    private readonly ShiftedNorm norm;
    private readonly Affine reads;
    private readonly Affine writes;
    private readonly int channels;

    public PixelAttention(int channels, RandomStream init, bool kernels)
        : base(nameof(PixelAttention))
    {
        this.channels = channels;
        norm = new ShiftedNorm(channels, silu: false, kernels);
        reads = new Affine(channels, 3 * channels, init, kernels);
        writes = new Affine(channels, channels, init, kernels);
        RegisterComponents();
        Initialise.Zero(writes);
    }

    public Tensor Of(Tensor h)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (h.size(0), h.size(2), h.size(3));
        var rows = norm.Of(h, null).permute(0, 2, 3, 1).reshape(-1, channels);
        var parts = reads.call(rows).view(batch, height * width, 3 * channels).chunk(3, 2);
        var likeness = parts[0].bmm(parts[1].transpose(1, 2)) / Math.Sqrt(channels);
        var seen = likeness.softmax(2).bmm(parts[2]);
        var written = writes.call(seen.reshape(-1, channels));
        return (h + written.view(batch, height, width, channels).permute(0, 3, 1, 2)).MoveToOuterDisposeScope();
    }
}
