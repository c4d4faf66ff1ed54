using GenDisc.Core.Data;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// The model in which visible units know nothing of each other. One that learned anything about the data gives examples
/// that it has not seen a higher log-probability than this.
/// </summary>
public static class IndependentPixels
{
    /// <summary>Mean log-probability of the split's examples, for real data log-density: nats an example.</summary>
    /// <inheritdoc cref="LogProbabilities"/>
    public static double LogProbability(BaseRates rates, VisibleKind kind, Split split) =>
        LogProbabilities(rates, kind, split).Average();

    /// <summary>
    /// log p(v) of every example in nats: of units in {0, 1} Σ_i v_i log p_i + (1 − v_i) log(1 − p_i), which for grey
    /// values in [0, 1] is the expectation over independent draws; of real ones the log-density of N(mean, variance).
    /// </summary>
    /// <param name="rates">Of the training data.</param>
    /// <param name="kind">Of the visible units.</param>
    /// <param name="split">To evaluate.</param>
    /// <returns>`[examples]`</returns>
    /// <exception cref="UserError">The split is empty or of another size, or a rate is no probability.</exception>
    public static double[] LogProbabilities(BaseRates rates, VisibleKind kind, Split split)
    {
        ExampleRows.Check(split, rates.Visible);
        return kind == VisibleKind.Bernoulli ? Bernoulli(rates, split) : Gaussian(rates, split);
    }

    private static double[] Bernoulli(BaseRates rates, Split split)
    {
        var probabilities = rates.Probabilities();
        var odds = Array.ConvertAll(probabilities, p => Math.Log(p / (1 - p)));
        var allOff = probabilities.Sum(p => Math.Log(1 - p));
        var row = new double[rates.Visible];
        var result = new double[split.Count];
        for (var n = 0; n < result.Length; n++)
        {
            ExampleRows.Read(split, n, row);
            result[n] = allOff;
            for (var i = 0; i < row.Length; i++) result[n] += row[i] * odds[i];
        }

        return result;
    }

    private static double[] Gaussian(BaseRates rates, Split split)
    {
        var variance = rates.SmoothVariance();
        var atMean = -variance.Sum(v => Math.Log(2 * Math.PI * v)) / 2;
        var row = new double[rates.Visible];
        var result = new double[split.Count];
        for (var n = 0; n < result.Length; n++)
        {
            ExampleRows.Read(split, n, row);
            result[n] = atMean;
            for (var i = 0; i < row.Length; i++)
            {
                var from = row[i] - rates.Mean[i];
                result[n] -= from * from / (2 * variance[i]);
            }
        }

        return result;
    }
}
