using GenDisc.Core.Models.Diffusion.Sampling;
using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>
/// Takes noise away from examples: they are taken for x_t at the step that is as noisy, and brought back from there without a
/// draw. In one step that is E[x₀ | x_t], the estimate of least squared error; in more it is the probability flow, whose answers
/// look like examples and not like a mean of them (Meng et al. 2022, with the noise that is there in place of their own).
/// </summary>
/// <param name="Steps">Looks at each example, at least 1.</param>
public sealed record Denoising(int Steps = 1)
{
    /// <summary>Examples on the denoiser's own scale, `[batch, …]`, owned by the caller's dispose scope.</summary>
    /// <param name="denoiser">What is behind noisy examples.</param>
    /// <param name="x">x₀ + <paramref name="deviation"/> ε on the denoiser's own scale, `[batch, …]`.</param>
    /// <param name="deviation">Of the noise; less than half of what step 1 has is none, and more than step T has is as much as that.</param>
    /// <param name="labels">int64 `[batch]`, or null: not told.</param>
    public Tensor Run(IDenoiser denoiser, Tensor x, double deviation, Tensor? labels = null)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var schedule = denoiser.Schedule;
        var step = schedule.StepOf(deviation);
        if (step == 0) return x.alias().MoveToOuterDisposeScope();
        // the path from there needs no draw, but the sampler asks for a source of them
        using var draws = new Generator(0, x.device);
        var start = x * schedule.Signal(step);
        return new Ddim(Steps).RunFrom(step, denoiser, start, labels, draws).MoveToOuterDisposeScope();
    }
}
