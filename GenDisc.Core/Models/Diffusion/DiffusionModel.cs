using GenDisc.Core.Models.Diffusion.Sampling;
using GenDisc.Core.Modules.Denoising;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>
/// A denoising network with a noise schedule: a generative model (Ho, Jain and Abbeel 2020). It works on a scale of its own,
/// on which examples have about unit variance or lie in [−1, 1].
/// </summary>
public sealed class DiffusionModel : Module, IDenoiser
{
    private readonly DenoisingNetwork network;
    private readonly Tensor shift;
    private readonly Tensor scale;
    private readonly Tensor signals;
    private readonly Tensor deviations;

    /// <param name="network">Owned from here on.</param>
    /// <param name="schedule">Of the noise.</param>
    /// <param name="options">What it is about.</param>
    public DiffusionModel(DenoisingNetwork network, NoiseSchedule schedule, DiffusionOptions options)
        : base(nameof(DiffusionModel))
    {
        this.network = network;
        Schedule = schedule;
        Options = options;
        // one number for each feature of the last dimension; of images one for all
        long[] sides = options.Shape.Count == 3 ? [1] : [options.Shape[^1]];
        shift = full(sides, options.UnitInterval ? 0.5 : 0.0, dtype: float32);
        scale = full(sides, options.UnitInterval ? 0.5 : 1.0, dtype: float32);
        RegisterComponents();
        // what follows from the schedule is not part of the model's file
        signals = tensor([.. Enumerable.Range(0, schedule.Steps + 1).Select(schedule.Signal)], dtype: float32);
        deviations = tensor([.. Enumerable.Range(0, schedule.Steps + 1).Select(schedule.Noise)], dtype: float32);
        register_buffer(nameof(signals), signals, persistent: false);
        register_buffer(nameof(deviations), deviations, persistent: false);
    }

    public NoiseSchedule Schedule { get; }

    public DiffusionOptions Options { get; }

    /// <summary>Whether it can be told the class.</summary>
    public bool IsConditional => Options.Classes > 0;

    /// <summary>Where examples do not lie in [0, 1]: takes the scale from training examples `[n, …]`, before training.</summary>
    public void StartFrom(Tensor examples)
    {
        if (Options.UnitInterval) return;
        using var scope = NewDisposeScope();
        using var outside = no_grad();
        var rows = examples.reshape(-1, shift.size(0));
        var deviation = rows.std(0, unbiased: false);
        shift.copy_(rows.mean([0]));
        scale.copy_(deviation.where(deviation.gt(rows.abs().amax([0]) * 1e-6), ones_like(deviation)));
    }

    /// <summary>From the units of the data to the model's own scale.</summary>
    public Tensor ToScale(Tensor x)
    {
        using var scope = NewDisposeScope();
        return ((x - shift) / scale).MoveToOuterDisposeScope();
    }

    /// <summary>Back to the units of the data.</summary>
    public Tensor FromScale(Tensor x)
    {
        using var scope = NewDisposeScope();
        return ((x * scale) + shift).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Σ log|scale| over the numbers of an example, nats: −log p in the units of the data is larger by so much than on the
    /// model's own scale.
    /// </summary>
    public double LogScale()
    {
        using var scope = NewDisposeScope();
        var repeats = Options.Shape.Aggregate(1L, (size, side) => size * side) / scale.size(0);
        return repeats * scale.to(float64).log().sum().item<double>();
    }

    /// <summary>x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε.</summary>
    /// <param name="clean">x₀ on the model's own scale, `[batch, …]`.</param>
    /// <param name="steps">t of each, int64 `[batch]`.</param>
    /// <param name="noise">ε, as <paramref name="clean"/>.</param>
    public Tensor Noised(Tensor clean, Tensor steps, Tensor noise)
    {
        using var scope = NewDisposeScope();
        return ((clean * Signal(steps, clean)) + (noise * Deviation(steps, clean))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Labels as the network is told them: the number of classes where one is hidden; null where it is not told any. Belongs to
    /// the caller's dispose scope.
    /// </summary>
    /// <param name="labels">int64 `[batch]`, below 0 where hidden; null: there are none.</param>
    public Tensor? Told(Tensor? labels)
    {
        if (!IsConditional || labels is null) return null;
        using var hidden = labels.lt(0);
        return labels.masked_fill(hidden, Options.Classes);
    }

    /// <summary>What the network says of examples at steps of their own, `[batch, …]`: see <see cref="DiffusionOptions.Target"/>.</summary>
    /// <param name="x">x_t on the model's own scale.</param>
    /// <param name="steps">int64 `[batch]` in 1 … T.</param>
    /// <param name="labels">int64 `[batch]`, in [0, classes] with the number of classes for "not told"; null: none is told.</param>
    public Tensor Predict(Tensor x, Tensor steps, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        var told = !IsConditional ? null : labels ?? full_like(steps, Options.Classes);
        return network.Predict(x, steps.to(float32) / Schedule.Steps, told).MoveToOuterDisposeScope();
    }

    /// <summary>What the network should have said.</summary>
    public Tensor Target(Tensor clean, Tensor steps, Tensor noise)
    {
        switch (Options.Target)
        {
            case DiffusionTarget.Noise: return noise.alias();
            case DiffusionTarget.Data: return clean.alias();
            default:
                using (var scope = NewDisposeScope())
                    return ((noise * Signal(steps, clean)) - (clean * Deviation(steps, clean))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>E[x₀ | x_t] and E[ε | x_t] at steps of their own, kept in [−1, 1] where examples lie there.</summary>
    /// <param name="x">x_t on the model's own scale, `[batch, …]`.</param>
    /// <param name="steps">int64 `[batch]` in 1 … T.</param>
    /// <param name="labels">As of <see cref="Predict"/>.</param>
    public Denoised Read(Tensor x, Tensor steps, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        return Out(InBounds(Estimate(x, steps, labels), x, steps));
    }

    /// <inheritdoc/>
    /// <remarks>The class is followed as <see cref="DiffusionOptions.Guidance"/> says.</remarks>
    public Denoised At(Tensor x, int step, Tensor? labels) => Guided(x, step, labels, Options.Guidance);

    /// <summary>As <see cref="At"/>, guided by this weight.</summary>
    public Denoised Guided(Tensor x, int step, Tensor? labels, double weight)
    {
        using var scope = NewDisposeScope();
        var steps = full([x.size(0)], step, dtype: int64, device: x.device);
        if (labels is null || !IsConditional || weight == 0) return Out(Read(x, steps, null));
        if (weight == 1) return Out(Read(x, steps, labels));
        var both = Estimate(cat([x, x]), cat([steps, steps]), cat([labels, full_like(labels, Options.Classes)]));
        var noise = both.Noise.chunk(2);
        var data = both.Data.chunk(2);
        var guided = new Denoised(
            data[1] + ((data[0] - data[1]) * weight), noise[1] + ((noise[0] - noise[1]) * weight));
        return Out(InBounds(guided, x, steps));
    }

    /// <summary>A deviation in the units of the data on the model's own scale: of several features its root mean square.</summary>
    public double DeviationOnScale(double deviation)
    {
        using var scope = NewDisposeScope();
        return scale.pow(-2).mean().sqrt().item<float>() * deviation;
    }

    /// <summary>How many examples are drawn at once, so that what the network keeps of them stays small: of 28 × 28 pixels 255.</summary>
    public int Chunk => (int)Math.Clamp(200_000 / Math.Max(1, Options.Shape.Aggregate(1L, (a, b) => a * b)), 1, 10_000);

    /// <summary>
    /// Draws examples in the units of the data, `[count, …]`, owned by the caller's dispose scope. They are drawn in chunks of
    /// <see cref="Chunk"/>, and depend on the model, its sampler and guidance, the labels, the state of <paramref name="draws"/>
    /// and the device; of <paramref name="count"/> only those of the last chunk do, unless it is full.
    /// </summary>
    /// <param name="count">At least 1.</param>
    /// <param name="labels">int64 `[count]`, or null: not told.</param>
    /// <param name="draws">Draws starts and steps.</param>
    /// <param name="watch">Is told of the way of each chunk, one after the other; null: nobody.</param>
    /// <param name="progress">Is told the share that is done, up to 1; null: nobody.</param>
    /// <param name="cancel">Looked at after every move.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="UserError">Samples are not finite.</exception>
    public Tensor Sample(
        int count,
        Tensor? labels,
        Generator draws,
        ISamplingWatch? watch = null,
        Action<double>? progress = null,
        CancellationToken cancel = default) =>
        SampleBy(Options.Sampler, Options.Guidance, count, labels, draws, watch, progress, cancel);

    /// <summary>As <see cref="Sample"/>, by another sampler or weight of guidance than the model's own.</summary>
    /// <param name="sampler">The way from noise to examples.</param>
    /// <param name="guidance">See <see cref="DiffusionOptions.Guidance"/>.</param>
    /// <param name="most">Examples in a chunk, where <see cref="Chunk"/> is more.</param>
    /// <inheritdoc cref="Sample"/>
    public Tensor SampleBy(
        DiffusionSampler sampler,
        double guidance,
        int count,
        Tensor? labels,
        Generator draws,
        ISamplingWatch? watch = null,
        Action<double>? progress = null,
        CancellationToken cancel = default,
        int most = int.MaxValue)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var guided = new GuidedDenoiser(this, guidance);
        var all = empty([count, .. Options.Shape], dtype: float32, device: shift.device);
        var chunk = Math.Min(most, Chunk);
        for (var first = 0; first < count; first += chunk)
        {
            using var part = NewDisposeScope();
            var size = Math.Min(chunk, count - first);
            var start = randn([size, .. Options.Shape], device: shift.device, generator: draws);
            var attended = new Attended(watch, (double)first / count, (double)size / count, progress, cancel);
            var drawn = sampler.Run(guided, start, labels?.narrow(0, first, size), draws, attended);
            all.narrow(0, first, size).copy_(FromScale(drawn));
        }

        return all.MoveToOuterDisposeScope();
    }

    /// <summary>As the network has it.</summary>
    private Denoised Estimate(Tensor x, Tensor steps, Tensor? labels)
    {
        var told = Predict(x, steps, labels);
        var (signal, deviation) = (Signal(steps, x), Deviation(steps, x));
        var data = Options.Target switch
        {
            DiffusionTarget.Noise => (x - (told * deviation)) / signal,
            DiffusionTarget.Data => told,
            _ => (x * signal) - (told * deviation),
        };
        var noise = Options.Target switch
        {
            DiffusionTarget.Noise => told,
            DiffusionTarget.Velocity => (x * deviation) + (told * signal),
            _ => (x - (data * signal)) / deviation,
        };
        return new Denoised(data, noise);
    }

    /// <summary>Where examples lie in [−1, 1], the estimate kept there and the noise that goes with it.</summary>
    private Denoised InBounds(Denoised estimate, Tensor x, Tensor steps)
    {
        if (!Options.UnitInterval) return estimate;
        var data = estimate.Data.clamp(-1, 1);
        return new Denoised(data, (x - (data * Signal(steps, x))) / Deviation(steps, x));
    }

    private static Denoised Out(Denoised found) =>
        new(found.Data.MoveToOuterDisposeScope(), found.Noise.MoveToOuterDisposeScope());

    private Tensor Signal(Tensor steps, Tensor like) => Beside(signals, steps, like);

    private Tensor Deviation(Tensor steps, Tensor like) => Beside(deviations, steps, like);

    private static Tensor Beside(Tensor table, Tensor steps, Tensor like)
    {
        var sides = new long[like.dim()];
        Array.Fill(sides, 1);
        sides[0] = steps.size(0);
        using var chosen = table.index_select(0, steps);
        return chosen.view(sides);
    }
}
