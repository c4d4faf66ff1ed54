using GenDisc.Core.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>The same models as a TorchSharp user would write them by hand, data as one float tensor in memory.</summary>
internal sealed class Plain : IDisposable
{
    private readonly bool hybrid;
    private readonly Tensor x;
    private readonly Tensor y;
    private readonly Sequential trunk;
    private readonly Linear mean = Linear(400, 32);
    private readonly Linear logVariance = Linear(400, 32);
    private readonly Sequential decoder = Sequential(Linear(32, 400), ReLU(), Linear(400, 784));
    private readonly Sequential head;
    private readonly optim.Optimizer optimiser;

    public Plain(string name, Dataset data)
    {
        hybrid = name == "hybrid";
        x = tensor(data.Pixels.ToArray(), dtype: uint8).reshape(data.Count, data.ExampleSize).to(float32).div_(255);
        y = tensor(data.Labels.ToArray(), dtype: int64);
        trunk = hybrid ? Sequential(Linear(784, 400), ReLU()) : Sequential(Linear(784, 512), ReLU(), Linear(512, 256), ReLU());
        head = hybrid ? Sequential(Linear(32, 128), ReLU(), Linear(128, 10)) : Sequential(Linear(256, 10));
        IEnumerable<Module> parts = hybrid ? [trunk, mean, logVariance, decoder, head] : [trunk, head];
        optimiser = optim.Adam(parts.SelectMany(p => p.parameters()), 1e-3);
    }

    public void Epoch()
    {
        using var order = randperm(x.shape[0]);
        for (long start = 0; start < x.shape[0]; start += Epochs.BatchSize)
        {
            using var scope = NewDisposeScope();
            var rows = order.slice(0, start, Math.Min(start + Epochs.BatchSize, x.shape[0]), 1);
            optimiser.zero_grad();
            var loss = Loss(x.index_select(0, rows), y.index_select(0, rows));
            loss.backward();
            optimiser.step();
        }
    }

    private Tensor Loss(Tensor images, Tensor labels)
    {
        var h = trunk.call(images);
        if (!hybrid) return functional.cross_entropy(head.call(h), labels);
        var (mu, logVar) = (mean.call(h), logVariance.call(h));
        var z = mu + (randn_like(mu) * (0.5 * logVar).exp());
        var reconstruction = functional.binary_cross_entropy_with_logits(decoder.call(z), images, reduction: Reduction.Sum) / images.shape[0];
        var kl = -0.5 * (1 + logVar - mu.pow(2) - logVar.exp()).sum() / images.shape[0];
        return (0.1 * (reconstruction + kl)) + functional.cross_entropy(head.call(z), labels);
    }

    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { x, y, trunk, mean, logVariance, decoder, head, optimiser }) part.Dispose();
    }
}
