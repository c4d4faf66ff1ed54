using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// A layer of recurrent cells: `[batch, steps, inputs]` to the states of all steps, `[batch, steps, hidden]`.
/// Bidirectional (Schuster and Paliwal 1997), `[batch, steps, 2·hidden]`: those of a second layer, which reads backwards
/// from a sequence's last real step, come behind. Padding changes nothing, and its states are 0.
/// </summary>
public sealed class Recurrent : Module<Tensor, Tensor>
{
    private readonly Module forth;
    private readonly Module? back;
    private readonly Func<Tensor, Tensor> readForth;
    private readonly Func<Tensor, Tensor>? readBack;
    private readonly SequenceLengths lengths;

    /// <param name="kind">The cells.</param>
    /// <param name="inputs">Features of a step.</param>
    /// <param name="hidden">Size of a state.</param>
    /// <param name="bidirectional">Whether a second layer reads backwards.</param>
    /// <param name="init">Stream of initial values: uniform in ±1/√hidden.</param>
    /// <param name="lengths">Real steps of the batch in hand.</param>
    public Recurrent(
        RecurrentKind kind, int inputs, int hidden, bool bidirectional, RandomStream init, SequenceLengths lengths)
        : base(nameof(Recurrent))
    {
        this.lengths = lengths;
        (forth, readForth) = Cells(kind, inputs, hidden, init);
        if (bidirectional) (back, readBack) = Cells(kind, inputs, hidden, init);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();

        // Steps after the last real one are read too, but nothing reads their states. libtorch's packed sequences would
        // leave them out, yet take up to four times as long: they miss oneDNN's LSTM and cut up every step.
        var real = lengths.Padded(input, 0);
        var states = readForth(real);
        if (readBack is not null) states = cat([states, Reversed(readBack(Reversed(real)))], 2);
        return lengths.Padded(states, 0).MoveToOuterDisposeScope();
    }

    private static (Module Cells, Func<Tensor, Tensor> Read) Cells(
        RecurrentKind kind, int inputs, int hidden, RandomStream init)
    {
        switch (kind)
        {
            case RecurrentKind.Rnn:
                var rnn = RNN(inputs, hidden, batchFirst: true);
                Start(rnn, hidden, init);
                return (rnn, x => rnn.call(x).Item1);
            case RecurrentKind.Gru:
                var gru = GRU(inputs, hidden, batchFirst: true);
                Start(gru, hidden, init);
                return (gru, x => gru.call(x).Item1);
            case RecurrentKind.Lstm:
                var lstm = LSTM(inputs, hidden, batchFirst: true);
                Start(lstm, hidden, init);
                OpenForgetGate(lstm, hidden);
                return (lstm, x => lstm.call(x).Item1);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown cells");
        }
    }

    /// <summary>libtorch has drawn from its global generator; its values go.</summary>
    private static void Start(Module cells, int hidden, RandomStream init)
    {
        foreach (var parameter in cells.parameters()) Initialise.FanIn(init, hidden, parameter);
    }

    /// <summary>
    /// Adds 1 to the forget gate's bias (gates in the order i, f, g, o): memory lasts from the start (Jozefowicz et al.
    /// 2015).
    /// </summary>
    private static void OpenForgetGate(Module cells, int hidden)
    {
        using var outside = no_grad();
        using var gate = cells.get_parameter("bias_ih_l0")!.narrow(0, hidden, hidden);
        gate.add_(1);
    }

    /// <summary>Every sequence's real steps in reverse order, its padding where it was.</summary>
    private Tensor Reversed(Tensor sequence)
    {
        var steps = sequence.size(1);
        if (lengths.At(steps) is not { } real) return sequence.flip(1);
        var step = arange(steps).unsqueeze(0);
        var mirrored = real.unsqueeze(1) - 1 - step;
        var from = where(mirrored.ge(0), mirrored, step).to(sequence.device);
        return sequence.gather(1, from.unsqueeze(2).expand_as(sequence));
    }
}
