using GenDisc.Core.Models;
using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Models.Diffusion.Sampling;
using GenDisc.Core.Modules.Denoising;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using GenDisc.Core.Training.Diffusion;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>
/// A diffusion model of grey images of 28 × 28 by a U-Net whose first level has so many channels, which predicts the velocity
/// on a cosine schedule of 1,000 steps. Adam, 1e-3.
/// </summary>
internal sealed record Denoising(string Name, int Width) : Design(Name)
{
    public const double Rate = 1e-3;
    public const int Side = 28;
    public const int Steps = 1000;

    public override bool Deterministic => false;

    /// <summary>Of MNIST, 25 steps: the whole takes about a minute an epoch, and steps are alike.</summary>
    public override int Examples => 3200;

    public override OptimiserOptions Optimiser { get; } = new(OptimiserKind.Adam, Rate);

    public override HybridModel Model()
    {
        var network = new UNet(new UNetOptions(1, Side, Side, Width, Attention: false, Classes: 0), new RandomStream(1, "init"));
        var options = new DiffusionOptions([1, Side, Side], DiffusionTarget.Velocity, 0, UnitInterval: true, new Ddim(50, 0));
        return new([new DiffusionStage(new DiffusionModel(network, NoiseSchedule.Cosine(Steps), options))]);
    }

    public override IReadOnlyList<WeightedTerm> Terms(HybridModel model) => [new WeightedTerm(new DenoisingTerm(), _ => 1, 1)];

    public override HandWritten Plain() => new HandWrittenDiffusion(Width);

    /// <summary>What the network predicts of the images themselves, halfway.</summary>
    public override torch.Tensor? Look(torch.nn.Module model, torch.Tensor images)
    {
        var step = torch.full([images.shape[0]], Steps / 2, dtype: torch.int64);
        return model is HandWrittenDiffusion plain
            ? plain.Predict(images, step)
            : ((HybridModel)model).Diffusion!.Predict(images, step, null);
    }

    /// <summary>Convolutions as products of the size of im2col; what the network is told aside.</summary>
    public override IEnumerable<Product> Products(int batch)
    {
        var (one, two, four) = (Width, 2 * Width, 4 * Width);
        IEnumerable<(Layer Layer, int Rows)> layers =
        [
            (new Conv(1, one, 28), batch),
            (new Conv(one, one, 28), batch), (new Conv(one, one, 28), batch),
            (new Conv(one, two, 14), batch), (new Conv(two, two, 14), batch), (new Dense(one, two), batch * 14 * 14),
            (new Conv(two, four, 7), batch), (new Conv(four, four, 7), batch), (new Dense(two, four), batch * 7 * 7),
            (new Conv(four, four, 7), batch), (new Conv(four, four, 7), batch), (new Dense(four, two), batch * 7 * 7),
            (new Conv(two, two, 14), batch), (new Conv(two, two, 14), batch), (new Dense(two, one), batch * 14 * 14),
            (new Conv(one, one, 28), batch), (new Conv(one, one, 28), batch),
            (new Conv(one, 1, 28), batch),
        ];
        return layers.SelectMany((entry, index) => entry.Layer.Products(entry.Rows, first: index == 0));
    }
}
