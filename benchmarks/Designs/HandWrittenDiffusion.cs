using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>A <see cref="Denoising"/> model by hand: TorchSharp's layers and Adam.</summary>
internal sealed class HandWrittenDiffusion : HandWritten
{
    private const int Embedding = 128;
    private readonly Linear time1;
    private readonly Linear time2;
    private readonly Conv2d first;
    private readonly HandWrittenBlock down1;
    private readonly HandWrittenBlock down2;
    private readonly HandWrittenBlock bottom;
    private readonly HandWrittenBlock deepest;
    private readonly Conv2d narrow1;
    private readonly HandWrittenBlock up1;
    private readonly Conv2d narrow2;
    private readonly HandWrittenBlock up2;
    private readonly GroupNorm norm;
    private readonly Conv2d last;
    private readonly Tensor signals;
    private readonly Tensor deviations;
    private readonly optim.Optimizer optimiser;

    public HandWrittenDiffusion(int width)
        : base(nameof(HandWrittenDiffusion))
    {
        time1 = Linear(Embedding, Embedding);
        time2 = Linear(Embedding, Embedding);
        first = Conv2d(1, width, 3, padding: 1);
        down1 = new HandWrittenBlock(width, width, Embedding);
        down2 = new HandWrittenBlock(width, 2 * width, Embedding);
        bottom = new HandWrittenBlock(2 * width, 4 * width, Embedding);
        deepest = new HandWrittenBlock(4 * width, 4 * width, Embedding);
        narrow1 = Conv2d(2 * width, width, 1);
        up1 = new HandWrittenBlock(width, width, Embedding);
        narrow2 = Conv2d(4 * width, 2 * width, 1);
        up2 = new HandWrittenBlock(2 * width, 2 * width, Embedding);
        norm = HandWrittenBlock.Norm(width);
        last = Conv2d(width, 1, 3, padding: 1);
        RegisterComponents();
        foreach (var parameter in last.parameters()) init.zeros_(parameter);

        // squared cosine of Nichol and Dhariwal 2021
        var angles = (((arange(Denoising.Steps + 1, dtype: float64) / Denoising.Steps) + 0.008) / 1.008) * (Math.PI / 2);
        var products = (angles.cos().pow(2) / Math.Pow(Math.Cos(0.008 / 1.008 * Math.PI / 2), 2)).clamp(1e-5, 1);
        signals = products.sqrt().to(float32);
        deviations = (1 - products).sqrt().to(float32);
        optimiser = optim.Adam(parameters(), Denoising.Rate);
    }

    public override double Learn(Tensor images, Tensor labels)
    {
        optimiser.zero_grad();
        var clean = (images * 2) - 1;
        var step = randint(1, Denoising.Steps + 1, images.shape[0], dtype: int64);
        var noise = randn_like(clean);
        var (signal, deviation) = (signals.index_select(0, step).view(-1, 1, 1, 1), deviations.index_select(0, step).view(-1, 1, 1, 1));
        var predicted = Predict((clean * signal) + (noise * deviation), step);
        var loss = functional.mse_loss(predicted, (noise * signal) - (clean * deviation));
        loss.backward();
        optimiser.step();
        return loss.item<float>();
    }

    /// <summary>What the network makes of images at steps of their own.</summary>
    public Tensor Predict(Tensor x, Tensor step)
    {
        var told = Told(step.to(float32) / Denoising.Steps);
        var h28 = down1.Of(first.call(x), told);
        var h14 = down2.Of(functional.avg_pool2d(h28, 2), told);
        var h = deepest.Of(bottom.Of(functional.avg_pool2d(h14, 2), told), told);
        h = up2.Of(functional.interpolate(narrow2.call(h), scale_factor: [2, 2]) + h14, told);
        h = up1.Of(functional.interpolate(narrow1.call(h), scale_factor: [2, 2]) + h28, told);
        return last.call(functional.silu(norm.call(h)));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) foreach (var part in (IDisposable[])[optimiser, signals, deviations]) part.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Told(Tensor time)
    {
        var half = Embedding / 2;
        var frequencies = 1000 * (arange(half, dtype: float32) * (Math.Log(1e-4) / half)).exp();
        var angles = time.unsqueeze(1) * frequencies;
        return functional.silu(time2.call(functional.silu(time1.call(cat([angles.sin(), angles.cos()], 1)))));
    }
}
