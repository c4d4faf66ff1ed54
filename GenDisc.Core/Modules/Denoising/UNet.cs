using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// A U-Net over images `[batch, c, h, w]` (Ronneberger, Fischer and Brox 2015) that is told time and class in every block
/// (Ho, Jain and Abbeel 2020, appendix B), of a size for a CPU: sides are halved while the smaller is at least 8, at most
/// twice (28 → 14 → 7), and the channels are once, twice and twice those of the first level. See <see cref="UNetBody"/>.
/// </summary>
public sealed class UNet : DenoisingNetwork
{
    private readonly UNetBody body;

    /// <param name="options">What it is about.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="kernels">Whether hand-written kernels may be used.</param>
    /// <exception cref="ArgumentException">The channels of the first level are no multiple of 8.</exception>
    public UNet(UNetOptions options, RandomStream init, bool kernels = true)
        : base(nameof(UNet))
    {
        var levels = UNetBody.LevelsOf(Math.Min(options.Height, options.Width));
        body = new UNetBody(
            options.Channels,
            options.Base,
            levels,
            options.Attention,
            options.Classes,
            (inputs, outputs) => new Convolution(inputs, outputs, transposed: false, init, kernels),
            init,
            kernels);
        RegisterComponents();
    }

    public override Tensor Predict(Tensor x, Tensor time, Tensor? labels) => body.Of(x, time, labels);
}
