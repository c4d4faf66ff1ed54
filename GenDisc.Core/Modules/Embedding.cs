using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Learned vectors for categories (Guo and Berkhahn 2016): `[batch, numeric + Σ levels]`, numeric columns and a group of
/// indicators (one-hot) per categorical column, to `[batch, numeric + size·columns]`. Numbers pass through; a group
/// becomes its category's row of the column's table, and 0 where no indicator is set.
/// </summary>
public sealed class Embedding : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly int numeric;
    private readonly long[] levels;

    /// <param name="numeric">Numeric columns, first in the input.</param>
    /// <param name="levels">Categories of each categorical column, of which there is at least one.</param>
    /// <param name="size">Length of a vector.</param>
    /// <param name="init">Stream of initial values: uniform in ±1/√size, so that vectors of any size start equally long.</param>
    public Embedding(int numeric, IReadOnlyList<int> levels, int size, RandomStream init)
        : base(nameof(Embedding))
    {
        this.numeric = numeric;
        this.levels = [.. levels.Select(count => (long)count)];
        weight = Initialise.FanIn(init, size, levels.Sum(), size); // all tables, one under the other
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var groups = input.split([numeric, .. levels], 1);
        var vectors = groups.Skip(1).Zip(weight.split(levels), (indicators, table) => indicators.mm(table));
        return cat([groups[0], .. vectors], 1).MoveToOuterDisposeScope();
    }
}
