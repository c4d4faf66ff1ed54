namespace GenDisc.Core.Modules;

/// <summary>Cells of a recurrent layer.</summary>
public enum RecurrentKind
{
    /// <summary>tanh(W x + U h + b) (Elman 1990).</summary>
    Rnn,

    /// <summary>Long short-term memory with a forget gate (Hochreiter and Schmidhuber 1997; Gers et al. 2000).</summary>
    Lstm,

    /// <summary>Gated recurrent unit, reset gate after the product (Cho et al. 2014, as cuDNN has it).</summary>
    Gru,
}
