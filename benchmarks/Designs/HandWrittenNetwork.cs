using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>A <see cref="Network"/> by hand: TorchSharp's layers in sequence and its loss functions and Adam.</summary>
internal sealed class HandWrittenNetwork : HandWritten
{
    private readonly Sequential trunk;
    private readonly Linear? mean;
    private readonly Linear? logVariance;
    private readonly Sequential? decoder;
    private readonly Sequential? head;
    private readonly double boundWeight;
    private readonly optim.Optimizer optimiser;

    public HandWrittenNetwork(Network network)
        : base(nameof(HandWrittenNetwork))
    {
        static Sequential Build(IEnumerable<Layer> layers) => Sequential([.. layers.Select(layer => layer.Plain())]);
        trunk = Build(network.Trunk);
        if (network.Latent is var (inputs, size, layers))
        {
            mean = Linear(inputs, size);
            logVariance = Linear(inputs, size);
            decoder = Build(layers);
        }

        if (network.Head.Count > 0) head = Build(network.Head);
        boundWeight = network.BoundWeight;
        RegisterComponents();
        optimiser = optim.Adam(parameters(), Network.Rate);
    }

    public override double Learn(Tensor images, Tensor labels)
    {
        optimiser.zero_grad();
        var loss = Loss(images, labels);
        loss.backward();
        optimiser.step();
        return loss.item<float>();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) optimiser.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Loss(Tensor images, Tensor labels)
    {
        var h = trunk.call(images);
        if (mean is null || logVariance is null || decoder is null) return functional.cross_entropy(head!.call(h), labels);
        var (mu, logVar) = (mean.call(h), logVariance.call(h));
        var z = mu + (randn_like(mu) * (0.5 * logVar).exp());
        var reconstruction = functional.binary_cross_entropy_with_logits(decoder.call(z), images, reduction: Reduction.Sum);
        var kl = -0.5 * (1 + logVar - mu.pow(2) - logVar.exp()).sum();
        var bound = boundWeight * (reconstruction + kl) / images.shape[0];
        return head is null ? bound : bound + functional.cross_entropy(head.call(z), labels);
    }
}
