using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>A way from noise to examples.</summary>
/// <param name="Steps">Looks of the denoiser at each example; of a schedule of fewer steps as many as it has.</param>
public abstract record DiffusionSampler(int Steps)
{
    /// <summary>Examples on the denoiser's own scale, `[batch, …]`, owned by the caller's dispose scope.</summary>
    /// <param name="denoiser">What is behind noisy examples.</param>
    /// <param name="start">x_T ~ N(0, I), `[batch, …]`; stays as it is.</param>
    /// <param name="labels">int64 `[batch]`, or null: not told.</param>
    /// <param name="draws">Draws what noise the way needs.</param>
    /// <param name="watch">Is told of the way, and may interfere; null: nobody.</param>
    public Tensor Run(IDenoiser denoiser, Tensor start, Tensor? labels, Generator draws, ISamplingWatch? watch = null) =>
        RunFrom(denoiser.Schedule.Steps, denoiser, start, labels, draws, watch);

    /// <summary>As <see cref="Run"/>, from examples that stand at a step of their own.</summary>
    /// <param name="first">t of <paramref name="start"/>, in 1 … T.</param>
    /// <param name="denoiser">What is behind noisy examples.</param>
    /// <param name="start">x_t, `[batch, …]`; stays as it is.</param>
    /// <param name="labels">int64 `[batch]`, or null: not told.</param>
    /// <param name="draws">Draws what noise the way needs.</param>
    /// <param name="watch">Is told of the way, and may interfere; null: nobody.</param>
    public Tensor RunFrom(
        int first, IDenoiser denoiser, Tensor start, Tensor? labels, Generator draws, ISamplingWatch? watch = null)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var walk = Walk(first);
        var x = start.alias();
        Tensor? before = null;
        for (var i = 0; i < walk.Length; i++)
        {
            using var step = NewDisposeScope();
            var (t, s) = (walk[i], i + 1 < walk.Length ? walk[i + 1] : 0);
            var found = denoiser.At(x, t, labels);
            var move = new SamplingMove(denoiser.Schedule, i, walk.Length, i > 0 ? walk[i - 1] : t, t, s, x, found, before);
            var next = Next(move, draws);
            if (watch is not null) next = watch.Moved(i + 1, walk.Length, s, next, found.Data);
            var (left, old) = (x, before);
            x = next.MoveToOuterDisposeScope();
            before = found.Data.MoveToOuterDisposeScope();
            if (!ReferenceEquals(left, x)) left.Dispose();
            old?.Dispose();
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Steps of the schedule that are looked at, evenly spaced: first <paramref name="total"/>, last 1; after them comes step 0
    /// (Nichol and Dhariwal 2021, §4). Without the first the start would have the wrong variance, and from a last step far
    /// above 1 the move to 0 would take away variance of the examples.
    /// </summary>
    /// <param name="total">At least 1.</param>
    public int[] Walk(int total)
    {
        var count = Math.Clamp(Steps, 1, total);
        if (count == 1) return [total];
        return [.. Enumerable.Range(0, count).Select(i => (int)Math.Round(total - ((total - 1.0) * i / (count - 1))))];
    }

    /// <summary>x_s, in the current dispose scope.</summary>
    protected abstract Tensor Next(in SamplingMove move, Generator draws);
}
