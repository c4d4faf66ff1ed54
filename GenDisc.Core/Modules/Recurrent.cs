using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.utils.rnn;

namespace GenDisc.Core.Modules;

/// <summary>
/// A layer of recurrent cells: `[batch, steps, inputs]` to the states of all steps, `[batch, steps, hidden]`.
/// Bidirectional (Schuster and Paliwal 1997), `[batch, steps, 2·hidden]`: those of a second layer, which reads backwards
/// from a sequence's last real step, come behind. Padding is never read, and its states are 0.
/// </summary>
public sealed class Recurrent : Module<Tensor, Tensor>
{
    private readonly Module cells;
    private readonly SequenceLengths lengths;
    private readonly Func<Tensor, Tensor> whole;
    private readonly Func<PackedSequence, PackedSequence> packed;

    /// <param name="kind">The cells.</param>
    /// <param name="inputs">Features of a step.</param>
    /// <param name="hidden">Size of a state.</param>
    /// <param name="bidirectional">Whether a second layer reads backwards.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="lengths">Real steps of the batch in hand.</param>
    public Recurrent(
        RecurrentKind kind, int inputs, int hidden, bool bidirectional, RandomStream init, SequenceLengths lengths)
        : base(nameof(Recurrent))
    {
        this.lengths = lengths;
        switch (kind)
        {
            case RecurrentKind.Rnn:
                var rnn = RNN(inputs, hidden, batchFirst: true, bidirectional: bidirectional);
                (cells, whole, packed) = (rnn, x => States(rnn.call(x)), x => States(rnn.call(x)));
                break;
            case RecurrentKind.Gru:
                var gru = GRU(inputs, hidden, batchFirst: true, bidirectional: bidirectional);
                (cells, whole, packed) = (gru, x => States(gru.call(x)), x => States(gru.call(x)));
                break;
            case RecurrentKind.Lstm:
                var lstm = LSTM(inputs, hidden, batchFirst: true, bidirectional: bidirectional);
                (cells, whole, packed) = (lstm, x => States(lstm.call(x)), x => States(lstm.call(x)));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown cells");
        }

        foreach (var (name, parameter) in cells.named_parameters())
        {
            Initialise.FanIn(init, hidden, parameter);
            if (kind == RecurrentKind.Lstm && name.StartsWith("bias_ih", StringComparison.Ordinal)) OpenForgetGate(parameter, hidden);
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (lengths.At(input.size(1)) is not { } real) return whole(input).MoveToOuterDisposeScope();
        var sequences = pack_padded_sequence(input, real, batch_first: true, enforce_sorted: false);
        var (states, _) = pad_packed_sequence(packed(sequences), batch_first: true, total_length: input.size(1));
        return states.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds 1 to the forget gate's bias (gates in the order i, f, g, o): memory lasts from the start (Jozefowicz et al.
    /// 2015, section 5).
    /// </summary>
    private static void OpenForgetGate(TorchSharp.Modules.Parameter bias, int hidden)
    {
        using var outside = no_grad();
        using var gate = bias.narrow(0, hidden, hidden);
        gate.add_(1);
    }

    private static T States<T>((T All, Tensor Last) output) => output.All;

    private static T States<T>((T All, Tensor Last, Tensor Cell) output) => output.All;
}
