using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>Modules in sequence; owns them.</summary>
public sealed class Chain : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor>[] links;

    public Chain(IEnumerable<Module<Tensor, Tensor>> links)
        : base(nameof(Chain))
    {
        this.links = [.. links];
        for (var i = 0; i < this.links.Length; i++) register_module($"{i}", this.links[i]);
    }

    public override Tensor forward(Tensor input)
    {
        var x = input;
        foreach (var link in links) x = link.call(x);
        return x;
    }
}
