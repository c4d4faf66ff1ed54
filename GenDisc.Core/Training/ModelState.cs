using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>A copy of a module's parameters and buffers on the CPU, by name.</summary>
public sealed class ModelState : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;

    private ModelState(Dictionary<string, Tensor> tensors) => this.tensors = tensors;

    public static ModelState Capture(nn.Module module)
    {
        using var scope = NewDisposeScope();
        var copies = module.state_dict().ToDictionary(
            e => e.Key, e => e.Value.detach().cpu().clone().DetachFromDisposeScope());
        return new ModelState(copies);
    }

    /// <summary>Copies the values back in place.</summary>
    public void Restore(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        foreach (var (name, tensor) in module.state_dict()) tensor.copy_(tensors[name]);
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values) tensor.Dispose();
    }
}
