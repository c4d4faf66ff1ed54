using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using TorchSharp;

namespace GenDisc.Benchmarks;

/// <summary>A model to be trained by GenDisc and by hand, described once.</summary>
internal abstract record Design(string Name)
{
    /// <summary>Nothing is drawn in training, so that equal weights and batches give equal losses.</summary>
    public abstract bool Deterministic { get; }

    /// <summary>How many examples an epoch has at most, where all would take too long.</summary>
    public virtual int Examples => int.MaxValue;

    public abstract OptimiserOptions Optimiser { get; }

    public abstract HybridModel Model();

    /// <summary>What training minimises.</summary>
    public abstract IReadOnlyList<WeightedTerm> Terms(HybridModel model);

    public Ours Ours(Dataset data)
    {
        var model = Model();
        return new Ours(new GradientLearner(model, Terms(model), Optimiser, clip: null, new Streams(1).Noise(torch.CPU)), data);
    }

    /// <summary>How bad a model is on `[n, …]` images; null where the loss that training reports tells.</summary>
    public virtual double? Badness(torch.nn.Module model, torch.Tensor images) => null;

    /// <summary>What the network of a model that draws makes of `[n, …]` images; null where nothing tells it apart from the draws.</summary>
    public virtual torch.Tensor? Look(torch.nn.Module model, torch.Tensor images) => null;

    /// <summary>The model as a TorchSharp user would write it.</summary>
    public abstract HandWritten Plain();

    /// <summary>The matrix products that no way of training the model for one step can do without.</summary>
    public abstract IEnumerable<Product> Products(int batch);
}
