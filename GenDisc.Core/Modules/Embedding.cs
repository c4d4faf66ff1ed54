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
    private readonly TorchSharp.Modules.Parameter[] tables;
    private readonly int numeric;

    /// <param name="numeric">Numeric columns, first in the input.</param>
    /// <param name="levels">Categories of each categorical column.</param>
    /// <param name="size">Length of a vector.</param>
    /// <param name="init">Stream of initial values: uniform in ±1/√size, so that vectors of any size start equally long.</param>
    public Embedding(int numeric, IReadOnlyList<int> levels, int size, RandomStream init)
        : base(nameof(Embedding))
    {
        this.numeric = numeric;
        tables = [.. levels.Select(count => Initialise.FanIn(init, size, count, size))];
        for (var i = 0; i < tables.Length; i++) register_parameter($"{i}", tables[i]);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor> { input.narrow(1, 0, numeric) };
        long from = numeric;
        foreach (var table in tables)
        {
            parts.Add(input.narrow(1, from, table.size(0)).mm(table));
            from += table.size(0);
        }

        return cat(parts, 1).MoveToOuterDisposeScope();
    }
}
