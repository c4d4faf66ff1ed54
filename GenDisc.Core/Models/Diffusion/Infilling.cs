using GenDisc.Core.Models.Diffusion.Sampling;
using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>
/// Fills in what is not seen of examples (RePaint: Lugmayr et al. 2022, algorithm 1): ancestral sampling, in which what is seen
/// is replaced after every move by itself, as noisy as the step. Each move is gone back and made again, so that what is filled in
/// comes to fit what is seen; the more often, the better it does.
/// </summary>
/// <param name="Steps">Looks at each example on the way without going back, at least 1.</param>
/// <param name="Rounds">How often each move is made, at least 1 (their r, with jumps of one move).</param>
public sealed record Infilling(int Steps, int Rounds = Infilling.UsualRounds)
{
    /// <summary>Few, for each is a look of the network.</summary>
    public const int UsualRounds = 2;

    /// <summary>
    /// Examples on the denoiser's own scale, `[batch, …]`, owned by the caller's dispose scope: what is seen exactly as it was.
    /// </summary>
    /// <param name="denoiser">What is behind noisy examples.</param>
    /// <param name="known">x₀ where it is seen, finite numbers elsewhere, `[batch, …]`.</param>
    /// <param name="seen">bool, as <paramref name="known"/>.</param>
    /// <param name="noise">Draws N(0, I) in the shape of <paramref name="known"/>.</param>
    /// <param name="labels">int64 `[batch]`, or null: not told.</param>
    /// <param name="cancel">Looked at before every move.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public Tensor Run(
        IDenoiser denoiser, Tensor known, Tensor seen, Func<Tensor> noise, Tensor? labels = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var schedule = denoiser.Schedule;
        var walk = new Ddpm(Steps).Walk(schedule.Steps);
        var x = noise();
        for (var i = 0; i < walk.Length; i++)
        {
            var (t, s) = (walk[i], i + 1 < walk.Length ? walk[i + 1] : 0);
            for (var round = 0; round < Math.Max(1, Rounds); round++)
            {
                cancel.ThrowIfCancellationRequested();
                using var move = NewDisposeScope();
                var from = round == 0 ? x : Back(schedule, x, s, t, noise());
                var moved = Down(schedule, denoiser.At(from, t, labels).Data, from, t, s, noise);
                var next = where(seen, s == 0 ? known : Noised(schedule, known, s, noise()), moved);
                x.Dispose();
                x = next.MoveToOuterDisposeScope();
            }
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>A draw from q(x_s | x_t, x₀).</summary>
    private static Tensor Down(NoiseSchedule schedule, Tensor data, Tensor x, int t, int s, Func<Tensor> noise)
    {
        var (ofData, ofX) = schedule.PosteriorMean(t, s);
        var variance = schedule.PosteriorVariance(t, s);
        var mean = (data * ofData) + (x * ofX);
        return variance > 0 ? mean + (noise() * Math.Sqrt(variance)) : mean;
    }

    /// <summary>A draw from q(x_t | x_s).</summary>
    private static Tensor Back(NoiseSchedule schedule, Tensor x, int s, int t, Tensor noise)
    {
        var ratio = schedule.AlphaBar(t) / schedule.AlphaBar(s);
        return (x * Math.Sqrt(ratio)) + (noise * Math.Sqrt(1 - ratio));
    }

    /// <summary>A draw from q(x_s | x₀).</summary>
    private static Tensor Noised(NoiseSchedule schedule, Tensor clean, int s, Tensor noise) =>
        (clean * schedule.Signal(s)) + (noise * schedule.Noise(s));
}
