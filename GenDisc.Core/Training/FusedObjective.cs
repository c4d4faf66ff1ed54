using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Models;

namespace GenDisc.Core.Training;

/// <summary>
/// The objective by kernels: each term gives its value and its gradient in one pass, and the backward pass starts from
/// the tensors that the terms were computed from.
/// </summary>
internal sealed class FusedObjective(IReadOnlyList<WeightedTerm> terms) : Objective(terms)
{
    private readonly Roots roots = new();

    public override double Evaluate(ModelOutput output, Batch batch, int? epoch, bool learns)
    {
        roots.Clear();
        Correct = null;
        var loss = 0.0;
        for (var i = 0; i < Terms.Count; i++)
        {
            if (!Computes(i, output, batch, learns)) continue;
            var weight = WeightOf(i, epoch);
            var scale = weight / Counts[i];
            var value = Terms[i].Term.Evaluate(output, batch, learns && weight != 0 ? new GradientRequest(roots, scale) : null);
            Values[i] = value.Sum / Counts[i];
            Correct ??= value.Correct;
            if (weight != 0) loss += weight * Values[i];
        }

        return loss;
    }

    public override void Backward() => roots.Backward();

    public override void Dispose() => roots.Dispose();
}
