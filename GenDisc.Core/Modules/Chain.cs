using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Modules in sequence; owns them. A link that can take the ReLU and the max-pool after it into its own kernel does.
/// </summary>
public sealed class Chain : Module<Tensor, Tensor>
{
    private readonly Step[] steps;

    public Chain(IEnumerable<Module<Tensor, Tensor>> links)
        : base(nameof(Chain))
    {
        Module<Tensor, Tensor>[] all = [.. links];
        for (var i = 0; i < all.Length; i++) register_module($"{i}", all[i]);
        steps = [.. Fuse(all)];
    }

    public override Tensor forward(Tensor input) => Run(input, steps);

    /// <summary>What the first link with parameters reads: the input itself, or a summary or another shape of it.</summary>
    public Tensor ReadByFirstLearned(Tensor input) =>
        Run(input, steps.TakeWhile(step => !step.Link.parameters().Any()));

    /// <summary>What the last link with parameters reads, and what comes out at the end of the chain.</summary>
    public (Tensor Read, Tensor Output) CallFromLastLearned(Tensor input)
    {
        var last = Array.FindLastIndex(steps, step => step.Link.parameters().Any());
        var read = Run(input, steps.Take(Math.Max(0, last)));
        return (read, Run(read, steps.Skip(Math.Max(0, last))));
    }

    private static Tensor Run(Tensor input, IEnumerable<Step> steps)
    {
        var x = input;
        foreach (var step in steps)
        {
            var next = step.Run(x);
            // What the graph still needs it holds itself.
            if (!ReferenceEquals(x, input) && !ReferenceEquals(x, next)) x.Dispose();
            x = next;
        }

        return x;
    }

    private static IEnumerable<Step> Fuse(Module<Tensor, Tensor>[] links)
    {
        for (var i = 0; i < links.Length; i++)
        {
            var (link, relu, pool) = (links[i], false, false);
            if (link is IFusible { Fuses: true } fusible)
            {
                relu = Follows(links, i, PureKind.Relu);
                if (relu) i++;
                pool = fusible.Pools && Follows(links, i, PureKind.MaxPool);
                if (pool) i++;
            }

            yield return new Step(link, relu, pool);
        }
    }

    private static bool Follows(Module<Tensor, Tensor>[] links, int i, PureKind kind) =>
        i + 1 < links.Length && links[i + 1] is Pure pure && pure.Kind == kind;

    private readonly record struct Step(Module<Tensor, Tensor> Link, bool Relu, bool Pool)
    {
        public Tensor Run(Tensor x) => Relu || Pool ? ((IFusible)Link).Apply(x, Relu, Pool) : Link.call(x);
    }
}
