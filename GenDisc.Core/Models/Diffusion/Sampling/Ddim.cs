using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>
/// Denoising diffusion implicit models (Song, Meng and Ermon 2021, eq. 12 and 16):
/// x_s = √ᾱ_s x̂₀ + √(1 − ᾱ_s − σ²) ε̂ + σ z with σ² = η² (1 − ᾱ_s)/(1 − ᾱ_t) (1 − ᾱ_t/ᾱ_s). At η = 0 the way is a function of its
/// start.
/// </summary>
/// <param name="Steps">At least 1.</param>
/// <param name="Eta">η in [0, 1]; at 1 with all steps it is DDPM.</param>
public sealed record Ddim(int Steps, double Eta = 0) : DiffusionSampler(Steps)
{
    public override Tensor Run(IDenoiser denoiser, Tensor start, Tensor? labels, Generator draws, ISamplingWatch? watch = null)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var schedule = denoiser.Schedule;
        var walk = Walk(schedule.Steps);
        var x = start.alias();
        for (var i = 0; i < walk.Length; i++)
        {
            using var move = NewDisposeScope();
            var (t, s) = (walk[i], i + 1 < walk.Length ? walk[i + 1] : 0);
            var (data, noise) = denoiser.At(x, t, labels);
            var (from, to) = (schedule.AlphaBar(t), schedule.AlphaBar(s));
            var variance = Eta * Eta * (1 - to) / (1 - from) * (1 - (from / to));
            var next = (data * Math.Sqrt(to)) + (noise * Math.Sqrt(Math.Max(0, 1 - to - variance)));
            if (variance > 0) next = next + (randn(x.shape, device: x.device, generator: draws) * Math.Sqrt(variance));
            if (watch is not null) next = watch.Moved(i + 1, walk.Length, s, next, data);
            var before = x;
            x = next.MoveToOuterDisposeScope();
            before.Dispose();
        }

        return x.MoveToOuterDisposeScope();
    }
}
