using GenDisc.Core.Data;

namespace GenDisc.Benchmarks;

/// <summary>A model to be trained by GenDisc and by hand, described once.</summary>
internal abstract record Design(string Name)
{
    /// <summary>Nothing is drawn in training, so that equal weights and batches give equal losses.</summary>
    public abstract bool Deterministic { get; }

    public abstract Ours Ours(Dataset data);

    /// <summary>The model as a TorchSharp user would write it.</summary>
    public abstract HandWritten Plain();

    /// <summary>The matrix products that no way of training the model for one step can do without.</summary>
    public abstract IEnumerable<Product> Products(int batch);
}
