using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Convolution over three steps that lie <c>dilation</c> apart, stride 1: `[batch, steps, inputs]` to `[batch, steps,
/// outputs]`. Centred it sees t − d, t and t + d; causal t − 2d, t − d and t (van den Oord et al. 2016). Steps before
/// the first and after the last real one count as 0.
/// </summary>
public sealed class Convolution1d : Module<Tensor, Tensor>
{
    private const int Size = 3;
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;
    private readonly int dilation;
    private readonly bool causal;
    private readonly SequenceLengths lengths;

    public Convolution1d(int inputs, int outputs, int dilation, bool causal, RandomStream init, SequenceLengths lengths)
        : base(nameof(Convolution1d))
    {
        this.dilation = dilation;
        this.causal = causal;
        this.lengths = lengths;
        weight = Initialise.FanIn(init, inputs * Size, outputs, inputs, Size);
        bias = Initialise.FanIn(init, inputs * Size, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var channels = lengths.Padded(input, 0).transpose(1, 2);
        // Padded on both sides, a causal convolution goes on beyond the last step.
        var wide = functional.conv1d(channels, weight, bias, padding: causal ? 2 * dilation : dilation, dilation: dilation);
        return wide.narrow(2, 0, input.size(1)).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
