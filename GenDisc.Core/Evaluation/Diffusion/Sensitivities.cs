using GenDisc.Core.Models.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>Whether a denoising network listens to what it is told.</summary>
public static class Sensitivities
{
    /// <summary>Draws of step and noise for each example.</summary>
    private const int Draws = 2;

    /// <summary>Told the time of another example in place of its own.</summary>
    /// <param name="model">Is left in evaluation mode.</param>
    /// <param name="clean">Examples as the model reads them, `[n, …]`, at least 2.</param>
    /// <param name="labels">int64 `[n]` in [0, classes], or null: none is told.</param>
    /// <param name="draws">Draws steps, noise and their order.</param>
    public static Sensitivity ToTime(DiffusionModel model, Tensor clean, Tensor? labels, Generator draws)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var (steps, noised, target, told) = Noised(model, clean, labels, draws);
        var wrong = steps.index_select(0, randperm(steps.size(0), device: steps.device, generator: draws));
        return Compared(
            NoiseLevels.Errors(model, noised, target, steps, told), NoiseLevels.Errors(model, noised, target, wrong, told));
    }

    /// <summary>Told another class in place of its own, drawn evenly from the others.</summary>
    /// <param name="model">Is told at least two classes; is left in evaluation mode.</param>
    /// <param name="clean">Examples as the model reads them, `[n, …]`, at least 2.</param>
    /// <param name="labels">int64 `[n]` in [0, classes).</param>
    /// <param name="draws">Draws steps, noise and wrong classes.</param>
    public static Sensitivity ToClass(DiffusionModel model, Tensor clean, Tensor labels, Generator draws)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var (steps, noised, target, told) = Noised(model, clean, labels, draws);
        var classes = model.Options.Classes;
        var away = randint(1, classes, [steps.size(0)], dtype: int64, device: steps.device, generator: draws);
        return Compared(
            NoiseLevels.Errors(model, noised, target, steps, told),
            NoiseLevels.Errors(model, noised, target, steps, (told! + away).remainder(classes)));
    }

    private static (Tensor Steps, Tensor Noised, Tensor Target, Tensor? Told) Noised(
        DiffusionModel model, Tensor clean, Tensor? labels, Generator draws)
    {
        model.eval();
        var x = cat([.. Enumerable.Repeat(model.ToScale(clean), Draws)]);
        var told = labels is null ? null : cat([.. Enumerable.Repeat(labels, Draws)]);
        var steps = randint(1, model.Schedule.Steps + 1, [x.size(0)], dtype: int64, device: x.device, generator: draws);
        var noise = randn(x.shape, device: x.device, generator: draws);
        return (steps, model.Noised(x, steps, noise), model.Target(x, steps, noise), told);
    }

    private static Sensitivity Compared(Tensor right, Tensor wrong)
    {
        // draws of one example do not stand alone
        var difference = (wrong - right).view(Draws, -1).mean([0]);
        var error = difference.std().ToDouble() / Math.Sqrt(difference.size(0));
        return new Sensitivity(right.mean().ToDouble(), wrong.mean().ToDouble(), error);
    }
}
