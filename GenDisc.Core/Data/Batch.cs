using TorchSharp;

namespace GenDisc.Core.Data;

/// <summary>Some examples as tensors. The batch owns them: they outlive any dispose scope and end with the batch.</summary>
public sealed class Batch : IDisposable
{
    internal Batch(
        torch.Tensor x,
        torch.Tensor? labels,
        torch.Tensor? targets,
        torch.Tensor? lengths = null,
        torch.Tensor? knownRows = null,
        int extra = 0)
    {
        KnownRows = knownRows;
        Extra = extra;
        X = x;
        Labels = labels;
        Targets = targets;
        Lengths = lengths;
    }

    /// <summary>float32 [count, ...example shape]; pixels scaled to [0, 1].</summary>
    public torch.Tensor X { get; }

    /// <summary>int64 [count] for classification, <see cref="Dataset.Hidden"/> where the label is not known; else null.</summary>
    public torch.Tensor? Labels { get; }

    /// <summary>float32 [count, target size] for regression, else null.</summary>
    public torch.Tensor? Targets { get; }

    /// <summary>int64 [count] on the CPU: real steps of each sequence; null when all are full.</summary>
    public torch.Tensor? Lengths { get; }

    /// <summary>int64 [known]: positions of the examples whose label is known, ascending; null when all are.</summary>
    public torch.Tensor? KnownRows { get; }

    /// <summary>
    /// Examples at the end that are there for their labels alone. What is learnt without labels leaves them out: it would
    /// see them more often than others.
    /// </summary>
    public int Extra { get; }

    public int Count => (int)X.size(0);

    /// <summary>Examples before the <see cref="Extra"/> ones.</summary>
    public int Own => Count - Extra;

    /// <summary>Examples whose label is known.</summary>
    public int Known => KnownRows is null ? Count : (int)KnownRows.size(0);

    public void Dispose()
    {
        X.Dispose();
        Labels?.Dispose();
        Targets?.Dispose();
        Lengths?.Dispose();
        KnownRows?.Dispose();
    }
}
