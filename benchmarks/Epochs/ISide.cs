using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>One way of training a model.</summary>
internal interface ISide : IDisposable
{
    nn.Module Module { get; }

    /// <summary>Trains on every example once, in a new random order.</summary>
    /// <returns>The mean loss over batches.</returns>
    double Epoch();

    /// <summary>One step on these examples.</summary>
    /// <returns>The loss before the step.</returns>
    double Step(int[] rows);
}
