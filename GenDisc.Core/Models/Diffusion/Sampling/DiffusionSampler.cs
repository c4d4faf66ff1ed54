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
    public abstract Tensor Run(IDenoiser denoiser, Tensor start, Tensor? labels, Generator draws, ISamplingWatch? watch = null);

    /// <summary>
    /// Steps of the schedule that are looked at, first T, last 1, evenly spaced; after them comes step 0
    /// (Nichol and Dhariwal 2021, §4).
    /// </summary>
    public int[] Walk(int total)
    {
        var count = Math.Min(Steps, total);
        if (count == 1) return [total];
        return [.. Enumerable.Range(0, count).Select(i => (int)Math.Round(total - ((total - 1.0) * i / (count - 1))))];
    }
}
