using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Models.Diffusion;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// log p(x) by the probability-flow ODE (Song et al. 2021, eq. 39), in the angle φ with cos φ = √ᾱ, sin φ = √(1 − ᾱ), in which
/// noise spreads alike under every schedule: dx/dφ = v(x, φ) = cos φ ε̂ − sin φ x̂₀ (Salimans and Ho 2022, appendix D), so
/// log p₀(x₀) = log N(x_T; 0, I) + ∫ div v dφ. Heun's method from φ = 0, where v = 0, over steps of the schedule.
/// </summary>
public static class ProbabilityFlow
{
    /// <summary>Examples of so many numbers or fewer have the exact divergence.</summary>
    public const int MostExact = 8;

    // where knots pass from evenly spaced to geometrically spaced: about the noise at which details appear
    private const double Bend = 0.1;

    /// <param name="denoiser">With derivatives in x; a class is told without guidance.</param>
    /// <param name="clean">x₀ on the denoiser's scale, float32 `[examples, …]`.</param>
    /// <param name="labels">int64 `[examples]`: then of p(x|y); null: not told.</param>
    /// <param name="options">See there.</param>
    /// <param name="draws">Draws probes of the divergence of more than <see cref="MostExact"/> numbers.</param>
    /// <param name="progress">Is told the share that is done; null: nobody.</param>
    /// <param name="cancel">Looked at before each step.</param>
    /// <returns>log p of each example in the units of the data, nats.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double[] LogLikelihoods(
        IDenoiser denoiser,
        Tensor clean,
        Tensor? labels,
        ProbabilityFlowOptions options,
        Generator draws,
        Action<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Knots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Probes);
        using var scope = NewDisposeScope();
        var (schedule, shape) = (denoiser.Schedule, clean.shape);
        var probes = Probes(clean, options, draws);
        var knots = Knots(schedule, options.Knots);
        var x = clean.reshape(shape[0], -1);
        Tensor velocity = zeros_like(x), divergence = zeros([shape[0]], dtype: float64, device: x.device);
        var integral = zeros_like(divergence);
        var angle = 0.0;
        for (var i = 0; i < knots.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var move = NewDisposeScope();
            var next = Angle(schedule, knots[i]);
            var width = next - angle;
            var (guess, _) = Velocity(denoiser, (x + (velocity * width)).view(shape), knots[i], labels, null);
            var to = x + ((velocity + guess) * (width / 2));
            var (v, d) = Velocity(denoiser, to.view(shape), knots[i], labels, probes);
            var sum = integral + ((divergence + d!) * (width / 2));
            Replace(ref x, to);
            Replace(ref velocity, v);
            Replace(ref divergence, d!);
            Replace(ref integral, sum);
            angle = next;
            progress?.Invoke((i + 1.0) / knots.Length);
        }

        var normal = (x.to(float64).square().sum(1) / -2) - (x.size(1) * Math.Log(2 * Math.PI) / 2);
        return Array.ConvertAll(NoisyLooks.Numbers(normal + integral), nats => nats - options.LogScale);
    }

    /// <summary>Steps from 1 to T, at most so many: evenly spaced in φ where that is large, geometrically where it is small.</summary>
    private static int[] Knots(NoiseSchedule schedule, int count)
    {
        var (low, high) = (Math.Asinh(Angle(schedule, 1) / Bend), Math.Asinh(Angle(schedule, schedule.Steps) / Bend));
        var knots = new List<int>(count);
        for (int i = 0, t = 1; i < count; i++)
        {
            var aim = Bend * Math.Sinh(low + ((high - low) * i / Math.Max(1, count - 1)));
            while (t < schedule.Steps && Angle(schedule, t) < aim) t++;
            if (i == count - 1) t = schedule.Steps;
            if (knots.Count == 0 || knots[^1] < t) knots.Add(t);
        }

        return [.. knots];
    }

    private static double Angle(NoiseSchedule schedule, int t) => Math.Atan2(schedule.Noise(t), schedule.Signal(t));

    /// <summary>v and, where there are probes, div v, in evaluation of the denoiser with derivatives in x.</summary>
    private static (Tensor Velocity, Tensor? Divergence) Velocity(IDenoiser denoiser, Tensor x, int step, Tensor? labels, Tensor[]? probes)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(probes is not null);
        if (probes is null) return (VelocityAt(denoiser, x, step, labels).MoveToOuterDisposeScope(), null);
        Tensor? velocity = null;
        var divergence = zeros([x.size(0)], dtype: float64, device: x.device);
        foreach (var probe in probes)
        {
            // a graph for each: our own operations keep what they need for one pass back
            var at = x.detach().requires_grad_(true);
            var v = VelocityAt(denoiser, at, step, labels);
            velocity = v.detach();
            var back = autograd.grad([v], [at], [probe.expand_as(v)], allow_unused: true)[0];
            GradientNode.ThrowIfFailed();
            // of a denoiser that does not look
            if (back is not null) divergence = divergence + (back.reshape(x.size(0), -1) * probe).sum(1).to(float64);
        }

        return (velocity!.MoveToOuterDisposeScope(), (divergence / Weight(probes, velocity!)).MoveToOuterDisposeScope());
    }

    /// <summary>v = √ᾱ ε̂ − √(1 − ᾱ) x̂₀, `[batch, numbers]`.</summary>
    private static Tensor VelocityAt(IDenoiser denoiser, Tensor x, int step, Tensor? labels)
    {
        var steps = new int[x.size(0)];
        Array.Fill(steps, step);
        var (data, noise) = NoisyLooks.Read(denoiser, x, steps, labels);
        return ((noise * denoiser.Schedule.Signal(step)) - (data * denoiser.Schedule.Noise(step))).reshape(x.size(0), -1);
    }

    /// <summary>Unit vectors sum up to the trace; random signs average to it (Hutchinson 1990).</summary>
    private static Tensor[] Probes(Tensor clean, ProbabilityFlowOptions options, Generator draws)
    {
        var (rows, size) = (clean.size(0), clean.numel() / clean.size(0));
        if (size <= MostExact) return eye(size, dtype: float32, device: clean.device).split(1);
        return
        [
            .. Enumerable.Range(0, options.Probes).Select(_ =>
                (randint(0, 2, [rows, size], dtype: float32, device: clean.device, generator: draws) * 2) - 1),
        ];
    }

    private static double Weight(Tensor[] probes, Tensor v) => v.size(1) <= MostExact ? 1 : probes.Length;

    private static void Replace(ref Tensor old, Tensor by)
    {
        var before = old;
        old = by.MoveToOuterDisposeScope();
        before.Dispose();
    }
}
