using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Models;
using TorchSharp;

namespace GenDisc.Core.Training;

/// <summary>The objective as one scalar tensor, differentiated by libtorch from there: the kernels' twin.</summary>
internal sealed class TensorObjective(IReadOnlyList<WeightedTerm> terms) : Objective(terms)
{
    private torch.Tensor? total;

    public override double Evaluate(ModelOutput output, Batch batch, int? epoch, bool learns)
    {
        total = null;
        for (var i = 0; i < Terms.Count; i++)
        {
            if (!Computes(i, output, batch, learns)) continue;
            var weight = WeightOf(i, epoch);
            var term = Terms[i].Term;
            var values = learns && weight != 0 ? term.Learn(output, batch) : term.PerExample(output, batch);
            var mean = values.mean();
            Values[i] = mean.ToDouble();
            if (weight == 0) continue;
            var weighted = weight == 1 ? mean : mean * weight;
            total = total is null ? weighted : total + weighted;
        }

        return total?.ToDouble() ?? 0;
    }

    public override void Backward()
    {
        total?.backward();
        GradientNode.ThrowIfFailed(); // of modules that use kernels all the same
    }
}
