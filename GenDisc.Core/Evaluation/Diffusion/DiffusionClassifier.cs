using GenDisc.Core.Models.Diffusion;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// A class-conditional denoiser as a classifier (Li et al. 2023; Clark and Jaini 2023): the class under which the weighted
/// errors of denoising are least; with the bound's weights that is the lowest bound on −log p(x|y). Classes share steps and noise of an example, so that the chance of these falls out of their comparison, and those that
/// are behind beyond doubt are dropped (Clark and Jaini 2023, algorithm 2).
/// </summary>
/// <param name="denoiser">Told classes 0 … classes − 1, without guidance.</param>
/// <param name="classes">At least 2.</param>
/// <param name="options">See there.</param>
public sealed class DiffusionClassifier(IDenoiser denoiser, int classes, DiffusionClassifierOptions options)
{
    /// <summary>Noise levels at which a pilot looks.</summary>
    private const int PilotLevels = 24;

    /// <summary>Examples that go through all their rounds together.</summary>
    private const int Together = 64;

    // multiples of it spread evenly over [0, 1) however many there are
    private const double GoldenRatio = 0.6180339887498949;

    /// <summary>
    /// Steps in proportion to how far apart classes are there (root mean square of weighted errors over examples and classes): with
    /// these the differences of few draws are least noisy. Found from a few examples at some levels, straight lines between.
    /// </summary>
    /// <param name="clean">x₀ on the denoiser's scale, `[examples, …]`; not those that are to be classified.</param>
    /// <param name="draws">Draws noise.</param>
    /// <param name="cancel">Looked at before each batch.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public StepDistribution Pilot(Tensor clean, Generator draws, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        var total = denoiser.Schedule.Steps;
        var levels = Enumerable.Range(0, PilotLevels).Select(i => 1 + (int)Math.Round((total - 1.0) * i / (PilotLevels - 1))).Distinct().ToArray();
        var apart = new double[levels.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var part = NewDisposeScope();
            var noise = randn(clean.shape, device: clean.device, generator: draws);
            var draw = Enumerable.Range(0, (int)clean.size(0)).Select(row => new Draw(row, levels[i], 1)).ToArray();
            var squares = 0.0;
            foreach (var costs in Costs(clean, noise, draw, _ => Enumerable.Range(0, classes).ToArray(), cancel))
            {
                var mean = costs.Average();
                squares += costs.Sum(c => (c - mean) * (c - mean));
            }

            apart[i] = Math.Sqrt(squares / (draw.Length * classes));
        }

        return new StepDistribution(1, [.. Enumerable.Range(1, total).Select(t => Between(levels, apart, t))]);
    }

    /// <summary>Tells examples apart.</summary>
    /// <param name="clean">x₀ on the denoiser's scale, float32 `[examples, …]`.</param>
    /// <param name="steps">Where to look, from step 1 to T: of <see cref="Pilot"/>.</param>
    /// <param name="draws">Draws steps and noise.</param>
    /// <param name="progress">Is told the share that is done; null: nobody.</param>
    /// <param name="cancel">Looked at before each batch.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ClassVerdicts Classify(
        Tensor clean,
        StepDistribution steps,
        Generator draws,
        Action<double>? progress = null,
        CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var examples = (int)clean.size(0);
        var (scores, drawn, looks) = (new float[examples][], new int[examples], new int[examples]);
        var thresholds = Thresholds();
        for (var start = 0; start < examples; start += Together)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(Together, examples - start);
            var contests = Enumerable.Range(0, count).Select(_ => new Contest(classes, options.Most)).ToArray();
            Decide(clean.narrow(0, start, count), contests, steps, thresholds, draws, cancel);
            for (var i = 0; i < count; i++)
                (scores[start + i], drawn[start + i], looks[start + i]) = (contests[i].Scores(), contests[i].Draws, contests[i].Looks);
            progress?.Invoke((double)(start + count) / examples);
        }

        return new ClassVerdicts(scores, drawn, looks);
    }

    private void Decide(
        Tensor clean, Contest[] contests, StepDistribution steps, double[] thresholds, Generator draws, CancellationToken cancel)
    {
        var offset = rand([1], dtype: float64, device: clean.device, generator: draws).item<double>();
        while (true)
        {
            using var round = NewDisposeScope();
            var open = Enumerable.Range(0, contests.Length)
                .Where(i => contests[i].Draws < options.Most && contests[i].Left.Count > 1).ToArray();
            if (open.Length == 0) return;
            var draw = new List<Draw>();
            foreach (var i in open)
            {
                var before = contests[i].Draws;
                var next = Math.Min(options.Most, before == 0 ? options.Fewest : before + options.Round);
                for (var j = before; j < next; j++)
                {
                    var u = offset + ((double)i / contests.Length) + (j * GoldenRatio);
                    var t = steps.At(u - Math.Floor(u));
                    draw.Add(new Draw(i, t, 1 / steps.Probability(t)));
                }
            }

            var noise = randn([draw.Count, .. clean.shape[1..]], device: clean.device, generator: draws);
            var rows = 0;
            foreach (var costs in Costs(clean, noise, draw, row => contests[row].Left, cancel)) contests[draw[rows++].Row].Add(costs);
            foreach (var i in open)
                if (contests[i].Draws >= 2) contests[i].Drop(thresholds[contests[i].Draws]);
        }
    }

    /// <summary>What each draw costs each of its example's classes, a weighted error (nats with the bound's weights), in the order of the draws; noise row by row.</summary>
    private IEnumerable<double[]> Costs(
        Tensor clean, Tensor noise, IReadOnlyList<Draw> draws, Func<int, IReadOnlyList<int>> left, CancellationToken cancel)
    {
        for (var first = 0; first < draws.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            var (count, rows) = (0, 0);
            for (; first + count < draws.Count; count++)
            {
                var more = left(draws[first + count].Row).Count;
                if (count > 0 && rows + more > options.Rows) break;
                rows += more;
            }

            var (examples, noises, steps, labels, at) = (new long[rows], new long[rows], new int[rows], new long[rows], 0);
            var sizes = new int[count];
            for (var d = first; d < first + count; d++)
            {
                var those = left(draws[d].Row);
                sizes[d - first] = those.Count;
                for (var k = 0; k < those.Count; k++, at++)
                    (examples[at], noises[at], steps[at], labels[at]) = (draws[d].Row, d, draws[d].Step, those[k]);
            }

            var errors = Errors(clean, noise, examples, noises, steps, labels);
            at = 0;
            for (var d = 0; d < count; d++)
            {
                var weight = Weight(draws[first + d].Step) * draws[first + d].Factor;
                var costs = new double[sizes[d]];
                for (var k = 0; k < costs.Length; k++) costs[k] = weight * errors[at++];
                yield return costs;
            }

            first += count;
        }
    }

    private double[] Errors(Tensor clean, Tensor noise, long[] examples, long[] noises, int[] steps, long[] labels)
    {
        using var scope = NewDisposeScope();
        return NoisyLooks.SquaredErrors(
            denoiser,
            clean.index_select(0, tensor(examples, device: clean.device)),
            noise.index_select(0, tensor(noises, device: clean.device)),
            steps,
            tensor(labels, device: clean.device));
    }

    private double Weight(int step) => options.Weighting switch
    {
        ClassWeighting.Bound => BoundWeights.Of(denoiser.Schedule, step),
        ClassWeighting.Simple => BoundWeights.Simple(denoiser.Schedule, step),
        _ => BoundWeights.Signal(denoiser.Schedule, step),
    };

    /// <summary>The t to be exceeded by number of draws; before the fewest, and where none is ever dropped, none is.</summary>
    private double[] Thresholds() =>
    [
        .. Enumerable.Range(0, options.Most + 1).Select(n =>
            options.Level <= 0 || n < Math.Max(2, options.Fewest)
                ? double.PositiveInfinity
                : StudentT.TwoSidedQuantile(1 - options.Level, n - 1)),
    ];

    private static double Between(int[] levels, double[] values, int t)
    {
        for (var i = 1; i < levels.Length; i++)
        {
            if (t > levels[i]) continue;
            var share = (double)(t - levels[i - 1]) / (levels[i] - levels[i - 1]);
            return values[i - 1] + (share * (values[i] - values[i - 1]));
        }

        return values[^1];
    }

    private readonly record struct Draw(int Row, int Step, double Factor);
}
