using System.Collections.Immutable;
using GenDisc.Core.Models.Diffusion;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// −log p(x) ≤ L_T + Σ_{t≥2} L_{t−1} + L_0 (Ho, Jain and Abbeel 2020, eq. 5) with
/// L_{t−1} = ½ (SNR(t−1) − SNR(t)) E‖x₀ − x̂₀(x_t, t)‖² (Kingma et al. 2021, eq. 14): the reverse steps have the posterior's
/// variance (Ho et al. 2020, eq. 7), the last one, x₀ given x₁, has variance β₁ (§3.2). The sum over t is estimated from a few
/// steps of each example, drawn where unit-variance data would need them and stratified over steps and examples.
/// </summary>
public static class VariationalBound
{
    private const int Stretches = 20;

    /// <param name="denoiser">Of examples on its own scale; a class is told without guidance. T ≥ 2.</param>
    /// <param name="clean">x₀ on that scale, float32 `[examples, …]`, at least one.</param>
    /// <param name="labels">int64 `[examples]`: then the bound is on −log p(x|y); null: not told.</param>
    /// <param name="options">See there.</param>
    /// <param name="draws">Draws steps and noise.</param>
    /// <param name="progress">Is told the share that is done; null: nobody.</param>
    /// <param name="cancel">Looked at before each batch.</param>
    /// <exception cref="ArgumentException">No examples, or a schedule of one step.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static DiffusionBound Of(
        IDenoiser denoiser,
        Tensor clean,
        Tensor? labels,
        VariationalBoundOptions options,
        Generator draws,
        Action<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Draws);
        var (schedule, examples) = (denoiser.Schedule, (int)clean.size(0));
        if (examples == 0) throw new ArgumentException("there are no examples", nameof(clean));
        if (schedule.Steps < 2) throw new ArgumentException("a schedule of one step has nothing to sum over", nameof(denoiser));
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var distribution = StepDistribution.OfUnitData(schedule);
        var offset = rand([1], dtype: float64, generator: draws).item<double>();
        var (denoising, decoder) = (new double[examples], new double[examples]);
        var stretches = new double[Stretches];
        var size = Math.Max(1, options.Rows / options.Draws);
        for (var start = 0; start < examples; start += size)
        {
            cancel.ThrowIfCancellationRequested();
            using var part = NewDisposeScope();
            var count = Math.Min(size, examples - start);
            var (x, told) = (clean.narrow(0, start, count), labels?.narrow(0, start, count));
            Decode(denoiser, x, told, options, draws).CopyTo(decoder, start);
            var (steps, places) = Steps(distribution, start, count, examples, options.Draws, offset);
            var rows = x.repeat_interleave(options.Draws, 0);
            var noise = randn(rows.shape, device: x.device, generator: draws);
            var errors = NoisyLooks.SquaredErrors(denoiser, rows, noise, steps, told?.repeat_interleave(options.Draws, 0));
            for (var i = 0; i < errors.Length; i++)
            {
                var nats = BoundWeights.Of(schedule, steps[i]) * errors[i] / distribution.Probability(steps[i]) / options.Draws;
                denoising[start + (i / options.Draws)] += nats;
                stretches[places[i]] += nats / examples;
            }

            progress?.Invoke((double)(start + count) / examples);
        }

        var prior = Prior(schedule, clean);
        var totals = new double[examples];
        for (var i = 0; i < examples; i++) totals[i] = prior[i] + denoising[i] + decoder[i];
        var (mean, squares) = (totals.Average(), 0.0);
        foreach (var total in totals) squares += (total - mean) * (total - mean);
        return new DiffusionBound(
            examples,
            options.Draws + 1,
            (int)(clean.numel() / examples),
            mean,
            Math.Sqrt(squares / (examples - 1) / examples),
            prior.Average(),
            denoising.Average(),
            decoder.Average(),
            Levels(distribution, stretches));
    }

    /// <summary>
    /// Steps of examples from <paramref name="start"/> on, example by example: within an example one in each of as many equal
    /// parts of the distribution, at places that are spread evenly over the examples.
    /// </summary>
    private static (int[] Steps, int[] Places) Steps(
        StepDistribution distribution, int start, int count, int examples, int draws, double offset)
    {
        var (steps, places) = (new int[count * draws], new int[count * draws]);
        for (var i = 0; i < steps.Length; i++)
        {
            var within = ((double)(start + (i / draws)) / examples) + offset;
            var u = ((i % draws) + (within - Math.Floor(within))) / draws;
            steps[i] = distribution.At(u);
            places[i] = Math.Min(Stretches - 1, (int)(u * Stretches));
        }

        return (steps, places);
    }

    /// <summary>L_0 of each example: −log p(x₀|x₁) with mean x̂₀ and variance β₁, in the units of the data.</summary>
    private static double[] Decode(IDenoiser denoiser, Tensor x, Tensor? labels, VariationalBoundOptions options, Generator draws)
    {
        using var scope = NewDisposeScope();
        var steps = new int[x.size(0)];
        Array.Fill(steps, 1);
        var noise = randn(x.shape, device: x.device, generator: draws);
        var variance = denoiser.Schedule.Beta(1);
        var noisy = NoisyLooks.Noised(denoiser.Schedule, x, noise, steps);
        var guess = NoisyLooks.Read(denoiser, noisy, steps, labels).Data;
        var nats = options.Levels > 0
            ? -PixelDecoder.LogProbability(x, guess, Math.Sqrt(variance), options.Levels)
            : ((x - guess).to(float64).square() / variance / 2) + (Math.Log(2 * Math.PI * variance) / 2);
        var sums = NoisyLooks.Numbers(nats.reshape(x.size(0), -1).sum(1));
        return options.Levels > 0 ? sums : Array.ConvertAll(sums, s => s + options.LogScale);
    }

    /// <summary>L_T of each example: KL of N(√ᾱ_T x₀, 1 − ᾱ_T) from N(0, I).</summary>
    private static double[] Prior(NoiseSchedule schedule, Tensor x)
    {
        using var scope = NewDisposeScope();
        var signal = schedule.AlphaBar(schedule.Steps);
        // −ᾱ − log(1 − ᾱ) of each number besides the mean's part
        var constant = -signal - Math.Log(1 - signal);
        return NoisyLooks.Numbers(((x.to(float64).square() * signal) + constant).reshape(x.size(0), -1).sum(1) / 2);
    }

    private static ImmutableArray<BoundLevel> Levels(StepDistribution distribution, double[] nats) =>
    [
        .. nats.Select((n, i) => new BoundLevel(
            distribution.At((double)i / Stretches),
            distribution.At(Math.BitDecrement((i + 1.0) / Stretches)),
            n)),
    ];
}
