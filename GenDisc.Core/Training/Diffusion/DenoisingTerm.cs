using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Diffusion;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Diffusion;

/// <summary>
/// Mean over dimensions of the squared error of what a denoising network predicts, at a step drawn for each example (Ho et al.
/// 2020, eq. 14; of other targets than the noise accordingly). Steps of a batch are spread evenly with a common offset
/// (Kingma et al. 2021, appendix I.1), which leaves each one uniform and the mean less noisy.
/// </summary>
/// <param name="clip">
/// γ of min-SNR weighting (Hang et al. 2023, eq. 8): the error is weighed as that of x₀ by min(SNR, γ); null: not at all.
/// </param>
public sealed class DenoisingTerm(double? clip = null) : LossTerm("denoising")
{
    private DiffusionModel? weighed;
    private float[] weights = [];

    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var (model, clean, draws) = (Need(output.Diffusion), Need(output.Clean), Need(output.Noise));
        using var scope = NewDisposeScope();
        var x = model.ToScale(clean);
        var steps = Steps(model.Schedule, x, draws);
        var noise = randn(x.shape, device: x.device, generator: draws);
        var labels = Told(model, batch.Labels?.narrow(0, 0, x.size(0)), draws);
        var error = model.Predict(model.Noised(x, steps, noise), steps, labels) - model.Target(x, steps, noise);
        var mean = error.square().reshape(x.size(0), -1).mean([1]);
        return (clip is { } limit ? mean * Weights(model, steps, limit) : mean).MoveToOuterDisposeScope();
    }

    internal override int CountOf(ModelOutput output, Batch batch) => (int)Need(output.Clean).size(0);

    /// <summary>t of each example, int64 `[batch]` in 1 … T.</summary>
    private static Tensor Steps(NoiseSchedule schedule, Tensor x, Generator draws)
    {
        var batch = x.size(0);
        var even = arange(batch, dtype: float64, device: x.device) / batch;
        // round the circle, so that an example's place in its batch says nothing
        var offsets = (even + rand([1], dtype: float64, device: x.device, generator: draws)).frac();
        return (offsets * schedule.Steps).floor().to(int64).clamp(0, schedule.Steps - 1) + 1;
    }

    /// <summary>The number of classes where the class is not known or, in training, left out.</summary>
    private static Tensor? Told(DiffusionModel model, Tensor? labels, Generator draws)
    {
        var told = model.Told(labels);
        if (told is null || !model.training) return told;
        var left = rand(told.shape, device: told.device, generator: draws).lt(model.Options.LabelDropout);
        return told.masked_fill(left, model.Options.Classes);
    }

    /// <summary>Weights of the examples at these steps; those of all steps are worked out once, for the model that learns.</summary>
    private Tensor Weights(DiffusionModel model, Tensor steps, double limit)
    {
        if (!ReferenceEquals(weighed, model)) (weighed, weights) = (model, WeightsOf(model, limit));
        return tensor(weights, device: steps.device).index_select(0, steps);
    }

    /// <summary>Of each step, min(SNR, γ) over the weight that the target itself gives an error of x₀.</summary>
    private static float[] WeightsOf(DiffusionModel model, double limit)
    {
        var schedule = model.Schedule;
        var weights = new float[schedule.Steps + 1];
        for (var t = 1; t < weights.Length; t++)
        {
            var ratio = schedule.SignalToNoise(t);
            var own = model.Options.Target switch
            {
                DiffusionTarget.Noise => ratio,
                DiffusionTarget.Data => 1,
                _ => ratio + 1,
            };
            weights[t] = (float)(Math.Min(ratio, limit) / own);
        }

        return weights;
    }
}
