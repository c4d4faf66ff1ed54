using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// As <see cref="UNet"/>, over sequences `[batch, steps, features]`: convolutions reach over three steps, and the steps are
/// halved while they are at least 8, at most twice.
/// </summary>
public sealed class UNet1d : DenoisingNetwork
{
    private readonly UNetBody body;

    /// <param name="options">What it is about.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="kernels">Whether hand-written kernels may be used.</param>
    /// <exception cref="ArgumentException">The channels of the first level are no multiple of 8.</exception>
    public UNet1d(UNet1dOptions options, RandomStream init, bool kernels = true)
        : base(nameof(UNet1d))
    {
        body = new UNetBody(
            options.Features,
            options.Base,
            UNetBody.LevelsOf(options.Steps),
            options.Attention,
            options.Classes,
            (inputs, outputs) => new RowConvolution(inputs, outputs, init),
            init,
            kernels);
        RegisterComponents();
    }

    public override Tensor Predict(Tensor x, Tensor time, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        // an image of one row with its channels last in memory
        var row = x.unsqueeze(1).permute(0, 3, 1, 2);
        return body.Of(row, time, labels).permute(0, 2, 3, 1).squeeze(1).MoveToOuterDisposeScope();
    }
}
