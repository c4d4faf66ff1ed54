using GenDisc.Core.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Brings inputs from one scale to another, per feature: (x σ + μ − μ′) / σ′, for `[batch, features]` and
/// `[batch, steps, features]`. Padded steps and missing cells stay 0, features that are not scaled stay as they are.
/// </summary>
public sealed class Rescale : Module<Tensor, Tensor>
{
    private readonly Tensor factor;
    private readonly Tensor shift;
    private readonly SequenceLengths? lengths;
    private readonly long[] missing;
    private readonly long first;

    private Rescale(InputScale from, InputScale to, int features, SequenceLengths? lengths)
        : base(nameof(Rescale))
    {
        var scaled = from.Columns.Length;
        var (factors, shifts) = (new double[features], new double[features]);
        for (var j = 0; j < features; j++)
        {
            factors[j] = j < scaled ? from.Scaling.Deviation[j] / to.Scaling.Deviation[j] : 1;
            shifts[j] = j < scaled ? to.Scaling.Apply(j, from.Scaling.Mean[j]) : 0;
        }

        factor = tensor(factors, float32);
        shift = tensor(shifts, float32);
        this.lengths = lengths;
        missing = [.. from.Indicators.Select(name => (long)from.Columns.IndexOf(name))];
        first = scaled;
        RegisterComponents();
    }

    /// <summary>The layer from one scale to the other; null where none is needed, or the two measure different things.</summary>
    /// <param name="from">Of the inputs.</param>
    /// <param name="to">Of the outputs.</param>
    /// <param name="features">Of an example or of each of its steps, scaled or not.</param>
    /// <param name="lengths">Of the sequences, which may be padded.</param>
    public static Rescale? Between(InputScale from, InputScale to, int features, SequenceLengths? lengths) =>
        from.Measures(to) && !from.Agrees(to) ? new Rescale(from, to, features, lengths) : null;

    /// <summary>Back to the scale of the inputs, every number taken as known.</summary>
    public Tensor Undo(Tensor output)
    {
        using var scope = NewDisposeScope();
        return ((output - shift) / factor).MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = input * factor + shift;
        if (input.dim() == 3) return (lengths?.Padded(output, 0) ?? output).MoveToOuterDisposeScope();
        if (missing.Length == 0) return output.MoveToOuterDisposeScope();
        var columns = tensor(missing, device: input.device);
        var gaps = input.narrow(1, first, missing.Length) * shift.index_select(0, columns);
        return output.index_add(1, columns, gaps, -1).MoveToOuterDisposeScope();
    }
}
