using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Bayesian;

/// <summary>
/// How sure a model with several predictions p_s(y|x), s = 1..S, for each example is of each: example by example, in
/// nats. Its predictive p(y|x) is their mean.
/// </summary>
public sealed class PosteriorPredictive : IEvaluationSink
{
    private readonly List<double> predictive = [];
    private readonly List<double> expected = [];
    private readonly List<double> deviations = [];
    private readonly Scaling? scaling;

    /// <param name="scaling">How the data's targets were scaled; null when they are in their own units.</param>
    public PosteriorPredictive(Scaling? scaling = null) => this.scaling = scaling;

    /// <summary>S; 0 while nothing is seen.</summary>
    public int Members { get; private set; }

    /// <summary>H[p(y|x)], the total uncertainty: `[examples]`, each in [0, ln classes].</summary>
    public double[] PredictiveEntropy => [.. predictive];

    /// <summary>(1/S) Σ_s H[p_s(y|x)], what is left when the weights are known: `[examples]`, at most the predictive entropy.</summary>
    public double[] ExpectedEntropy => [.. expected];

    /// <summary>
    /// H[p] − (1/S) Σ_s H[p_s], the mutual information of label and weights (BALD; Houlsby et al. 2011, eq. 2):
    /// `[examples]`, each in [0, ln S]; 0 where all members agree.
    /// </summary>
    public double[] MutualInformation => [.. predictive.Zip(expected, (h, e) => Math.Max(0, h - e))];

    /// <summary>
    /// √((1/S) Σ_s (ŷ_s − ȳ)²) of a regression, averaged over the numbers of a target, in the targets' own units: `[examples]`.
    /// </summary>
    public double[] Deviations => [.. deviations];

    public void Add(ModelOutput output, Batch batch) => Add(output);

    /// <summary>The same of examples whose labels mean nothing to the model.</summary>
    public void Add(ModelOutput output)
    {
        if (output.MemberLogits is { } logits) AddEntropies(logits);
        if (output.MemberPredictions is { } predictions) AddDeviations(predictions);
    }

    /// <summary>−Σ_k p_k ln p_k, where 0 ln 0 = 0.</summary>
    /// <param name="probabilities">`[classes]`, adding up to 1.</param>
    /// <returns>Nats, in [0, ln classes].</returns>
    public static double Entropy(ReadOnlySpan<double> probabilities)
    {
        var total = 0.0;
        foreach (var p in probabilities) total -= p > 0 ? p * Math.Log(p) : 0;
        return Math.Max(0, total);
    }

    private void AddEntropies(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var (members, examples, classes) = ((int)logits.size(0), (int)logits.size(1), (int)logits.size(2));
        var probabilities = logits.detach().to(float64).softmax(2).cpu().contiguous().data<double>().ToArray().AsSpan();
        var mean = new double[classes];
        Members = members;
        for (var i = 0; i < examples; i++)
        {
            Array.Clear(mean);
            var entropy = 0.0;
            for (var s = 0; s < members; s++)
            {
                var row = probabilities.Slice(((s * examples) + i) * classes, classes);
                entropy += Entropy(row) / members;
                for (var k = 0; k < classes; k++) mean[k] += row[k] / members;
            }

            predictive.Add(Entropy(mean));
            expected.Add(entropy);
        }
    }

    private void AddDeviations(Tensor predictions)
    {
        using var scope = NewDisposeScope();
        Members = (int)predictions.size(0);
        var spread = predictions.detach().to(float64).std(0, unbiased: false).cpu().contiguous();
        var (rows, columns) = ((int)spread.size(0), (int)spread.size(1));
        var values = spread.data<double>().ToArray();
        for (var i = 0; i < rows; i++)
        {
            var total = 0.0;
            for (var j = 0; j < columns; j++) total += values[(i * columns) + j] * (scaling?.Deviation[j] ?? 1);
            deviations.Add(total / columns);
        }
    }
}
