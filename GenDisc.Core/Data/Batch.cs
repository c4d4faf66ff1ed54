using TorchSharp;

namespace GenDisc.Core.Data;

/// <summary>Some examples as tensors. The batch owns them: they outlive any dispose scope and end with the batch.</summary>
public sealed class Batch : IDisposable
{
    internal Batch(torch.Tensor x, torch.Tensor? labels, torch.Tensor? targets, torch.Tensor? lengths = null)
    {
        X = x;
        Labels = labels;
        Targets = targets;
        Lengths = lengths;
    }

    /// <summary>float32 [count, ...example shape]; pixels scaled to [0, 1].</summary>
    public torch.Tensor X { get; }

    /// <summary>int64 [count] for classification, else null.</summary>
    public torch.Tensor? Labels { get; }

    /// <summary>float32 [count, target size] for regression, else null.</summary>
    public torch.Tensor? Targets { get; }

    /// <summary>int64 [count] on the CPU: real steps of each sequence; null when all are full.</summary>
    public torch.Tensor? Lengths { get; }

    public int Count => (int)X.size(0);

    public void Dispose()
    {
        X.Dispose();
        Labels?.Dispose();
        Targets?.Dispose();
        Lengths?.Dispose();
    }
}
