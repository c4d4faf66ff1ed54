using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>A <see cref="Restricted"/> machine by hand: no graph of gradients, the update written out.</summary>
internal sealed class HandWrittenMachine : HandWritten
{
    private readonly Parameter weight;
    private readonly Parameter visibleBias;
    private readonly Parameter hiddenBias;

    public HandWrittenMachine(int visible, int hidden)
        : base(nameof(HandWrittenMachine))
    {
        weight = new Parameter(0.01 * randn(hidden, visible));
        visibleBias = new Parameter(zeros(visible));
        hiddenBias = new Parameter(zeros(hidden));
        RegisterComponents();
    }

    /// <summary>Reports the squared error of the reconstruction, as is the custom.</summary>
    public override double Learn(Tensor images, Tensor labels)
    {
        using var constant = no_grad();
        var v = images.flatten(1);
        var p = (v.matmul(weight.t()) + hiddenBias).sigmoid();
        var reconstruction = (bernoulli(p).matmul(weight) + visibleBias).sigmoid();
        var fantasy = bernoulli(reconstruction);
        var q = (fantasy.matmul(weight.t()) + hiddenBias).sigmoid();
        var rate = Restricted.Rate / v.shape[0];
        weight.add_((p.t().matmul(v) - q.t().matmul(fantasy)) * rate);
        visibleBias.add_((v - fantasy).sum([0]) * rate);
        hiddenBias.add_((p - q).sum([0]) * rate);
        return (v - reconstruction).square().sum(1).mean().item<float>();
    }
}
