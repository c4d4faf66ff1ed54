using GenDisc.Core.Models.Diffusion;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>Looks of a denoiser at examples that stand at steps of their own.</summary>
internal static class NoisyLooks
{
    /// <summary>x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε.</summary>
    /// <param name="schedule">Of the noise.</param>
    /// <param name="clean">x₀, float32 `[rows, …]`.</param>
    /// <param name="noise">ε, as <paramref name="clean"/>.</param>
    /// <param name="steps">t of each row.</param>
    public static Tensor Noised(NoiseSchedule schedule, Tensor clean, Tensor noise, int[] steps)
    {
        using var scope = NewDisposeScope();
        var sides = new long[clean.dim()];
        Array.Fill(sides, 1);
        sides[0] = steps.Length;
        var signal = tensor(Array.ConvertAll(steps, t => (float)schedule.Signal(t)), device: clean.device).view(sides);
        var deviation = tensor(Array.ConvertAll(steps, t => (float)schedule.Noise(t)), device: clean.device).view(sides);
        return ((clean * signal) + (noise * deviation)).MoveToOuterDisposeScope();
    }

    /// <summary>E[x₀ | x_t] and E[ε | x_t] without guidance, which is for sampling.</summary>
    /// <param name="denoiser">A trained model is asked once, others once for each step that occurs.</param>
    /// <param name="x">x_t on the denoiser's scale, `[rows, …]`.</param>
    /// <param name="steps">t of each row.</param>
    /// <param name="labels">int64 `[rows]`, or null: not told.</param>
    public static Denoised Read(IDenoiser denoiser, Tensor x, int[] steps, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        if (denoiser is DiffusionModel model)
            return Out(model.Read(x, tensor(Array.ConvertAll(steps, t => (long)t), device: x.device), labels));
        var (rows, found) = (new List<long>(steps.Length), new List<Denoised>());
        foreach (var group in Enumerable.Range(0, steps.Length).GroupBy(i => steps[i]))
        {
            var members = group.Select(i => (long)i).ToArray();
            var places = tensor(members, device: x.device);
            found.Add(denoiser.At(x.index_select(0, places), group.Key, labels?.index_select(0, places)));
            rows.AddRange(members);
        }

        var order = tensor(rows.ToArray(), device: x.device).argsort();
        return Out(new Denoised(
            cat([.. found.Select(f => f.Data)]).index_select(0, order),
            cat([.. found.Select(f => f.Noise)]).index_select(0, order)));
    }

    /// <summary>‖x₀ − x̂₀‖² of each row.</summary>
    /// <param name="denoiser">Asked without gradients.</param>
    /// <param name="clean">x₀, `[rows, …]`.</param>
    /// <param name="noise">ε, as <paramref name="clean"/>.</param>
    /// <param name="steps">t of each row.</param>
    /// <param name="labels">int64 `[rows]`, or null: not told.</param>
    public static double[] SquaredErrors(IDenoiser denoiser, Tensor clean, Tensor noise, int[] steps, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var guess = Read(denoiser, Noised(denoiser.Schedule, clean, noise, steps), steps, labels).Data;
        return Numbers((clean - guess).reshape(steps.Length, -1).square().sum(1));
    }

    /// <summary>Its numbers in double precision.</summary>
    public static double[] Numbers(Tensor t)
    {
        using var scope = NewDisposeScope();
        return t.detach().to(float64).cpu().contiguous().data<double>().ToArray();
    }

    private static Denoised Out(Denoised found) =>
        new(found.Data.MoveToOuterDisposeScope(), found.Noise.MoveToOuterDisposeScope());
}
