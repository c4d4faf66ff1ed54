using GenDisc.Core.Models.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>The loss of a diffusion model by how noisy examples are.</summary>
public static class NoiseLevels
{
    private const int BatchSize = 100;

    /// <summary>Looks at every example once in every range of steps; ranges are as long as each other, give or take one.</summary>
    /// <param name="model">Is left in evaluation mode.</param>
    /// <param name="clean">Examples as the model reads them, `[n, …]`, at least 2.</param>
    /// <param name="labels">int64 `[n]` in [0, classes], or null: none is told.</param>
    /// <param name="count">Ranges, at least 1; a schedule of fewer steps has as many as it has steps.</param>
    /// <param name="draws">Draws steps and noise.</param>
    public static IReadOnlyList<NoiseLevel> Of(DiffusionModel model, Tensor clean, Tensor? labels, int count, Generator draws)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        var x = model.ToScale(clean);
        var (mean, variance) = (x.mean([0], keepdim: true), x.var(0, unbiased: false, keepdim: true));
        var total = model.Schedule.Steps;
        var ranges = Math.Min(count, total);
        var levels = new NoiseLevel[ranges];
        for (var i = 0; i < ranges; i++)
        {
            var (first, last) = ((i * total / ranges) + 1, (i + 1) * total / ranges);
            levels[i] = Level(model, x, labels, mean, variance, first, last, draws);
        }

        return levels;
    }

    /// <summary>Errors of the network's predictions, told these steps, `[n]`.</summary>
    /// <param name="noised">x_t on the model's own scale, `[n, …]`.</param>
    /// <param name="target">What it should have said.</param>
    internal static Tensor Errors(DiffusionModel model, Tensor noised, Tensor target, Tensor told, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (long at = 0; at < noised.size(0); at += BatchSize)
        {
            var size = Math.Min(BatchSize, noised.size(0) - at);
            var said = model.Predict(noised.narrow(0, at, size), told.narrow(0, at, size), labels?.narrow(0, at, size));
            parts.Add(Squared(said - target.narrow(0, at, size)));
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    private static NoiseLevel Level(
        DiffusionModel model, Tensor x, Tensor? labels, Tensor mean, Tensor variance, int first, int last, Generator draws)
    {
        using var scope = NewDisposeScope();
        var steps = randint(first, last + 1, [x.size(0)], dtype: int64, device: x.device, generator: draws);
        var noise = randn(x.shape, device: x.device, generator: draws);
        var noised = model.Noised(x, steps, noise);
        var target = model.Target(x, steps, noise);
        // √ᾱ and √(1 − ᾱ) beside the examples
        var (ones, zeros) = (ones_like(x), zeros_like(x));
        var (signal, deviation) = (model.Noised(ones, steps, zeros), model.Noised(zeros, steps, ones));
        var gain = signal * variance / ((signal.square() * variance) + deviation.square());
        var own = Errors(model, noised, target, steps, labels);
        var zero = Squared(target);
        var fromMean = Squared(Implied(mean.expand(x.shape)) - target);
        var gaussian = Squared(Implied(mean + (gain * (noised - (signal * mean)))) - target);
        var excess = own - (zero.mean().ToDouble() <= fromMean.mean().ToDouble() ? zero : fromMean);
        return new NoiseLevel(
            first,
            last,
            (2 * (signal.log() - deviation.log())).mean().ToDouble(),
            own.mean().ToDouble(),
            zero.mean().ToDouble(),
            fromMean.mean().ToDouble(),
            gaussian.mean().ToDouble(),
            excess.mean().ToDouble(),
            excess.std().ToDouble() / Math.Sqrt(x.size(0)));

        // what the target would be if x₀ were this
        Tensor Implied(Tensor data) => model.Target(data, steps, (noised - (signal * data)) / deviation);
    }

    private static Tensor Squared(Tensor error) => error.square().reshape(error.size(0), -1).mean([1]);
}
