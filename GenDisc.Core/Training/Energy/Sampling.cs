using GenDisc.Core.Models;
using TorchSharp.Modules;

namespace GenDisc.Core.Training.Energy;

/// <summary>
/// A model as chains see it, until disposed: in evaluation mode, so that dropout and noise leave the energy one function
/// of x, and with parameters that ask for no gradient, so that none is computed. Gradients they have stay.
/// </summary>
internal readonly struct Sampling : IDisposable
{
    private readonly HybridModel model;
    private readonly bool trained;
    private readonly Parameter[] learned;

    public Sampling(HybridModel model)
    {
        this.model = model;
        trained = model.training;
        learned = [.. model.parameters().Where(p => p.requires_grad)];
        if (trained) model.eval();
        foreach (var parameter in learned) parameter.requires_grad = false;
    }

    public void Dispose()
    {
        foreach (var parameter in learned) parameter.requires_grad = true;
        if (trained) model.train();
    }
}
