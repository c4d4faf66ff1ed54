using GenDisc.Core.Kernels.Autograd;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Models;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Energy;

/// <summary>
/// Samples of p(x) ∝ exp(−E(x)) of an energy classifier by Langevin dynamics from a replay buffer, see
/// <see cref="SgldOptions"/>. The model is in evaluation mode meanwhile (no dropout, no noise on its inputs), and its
/// parameters get no gradient.
/// </summary>
public sealed class SgldSampler : IDisposable
{
    private readonly HybridModel model;
    private readonly Roots roots = new();
    private readonly Generator noise;
    private readonly Device device;
    private long[] places = [];

    /// <param name="model">An energy classifier, owned by the caller, on its device already.</param>
    /// <param name="shape">Of an example.</param>
    /// <param name="options">Of the dynamics.</param>
    /// <param name="stream">Draws everything; used by no one else from here on.</param>
    /// <param name="device">Of the model; null: the CPU.</param>
    /// <exception cref="ArgumentException">The model is no energy classifier.</exception>
    /// <exception cref="UserError">An option is out of range.</exception>
    public SgldSampler(
        HybridModel model, IReadOnlyList<int> shape, SgldOptions options, RandomStream stream, Device? device = null)
    {
        if (!model.IsEnergyClassifier) throw new ArgumentException("the model has no energy classifier", nameof(model));
        options.Check();
        this.model = model;
        this.device = device ?? CPU;
        Options = options;
        Steps = options.Steps;
        TorchRuntime.Init();
        noise = new Generator(stream.NextUInt64() >> 1, this.device);
        Buffer = new ReplayBuffer(shape, options, stream);
    }

    public HybridModel Model => model;

    /// <summary>Of the model.</summary>
    public Device Device => device;

    public SgldOptions Options { get; }

    public ReplayBuffer Buffer { get; }

    /// <summary>Of a chain for each batch, at first those of the options.</summary>
    public int Steps { get; set; }

    /// <summary>Chains of the buffer after <see cref="Steps"/> steps; the buffer keeps where they have got to.</summary>
    /// <param name="count">At most as many as the buffer holds.</param>
    /// <returns>`[count, …]`, without gradient, in the caller's dispose scope.</returns>
    /// <exception cref="UserError">The buffer holds fewer chains.</exception>
    public Tensor Sample(int count)
    {
        using var scope = NewDisposeScope();
        if (places.Length != count) places = new long[count];
        var states = Advance(Buffer.Draw(places), Steps);
        Buffer.Keep(places, states);
        return states.MoveToOuterDisposeScope();
    }

    /// <summary>Moves chains by Langevin dynamics; the buffer has no part in it.</summary>
    /// <param name="from">`[chains, …]`, on any device; left as it is.</param>
    /// <param name="steps">At least 0.</param>
    /// <param name="label">A class y to sample p(x|y) by its own energy −f_y(x); null: p(x).</param>
    /// <returns>`[chains, …]`, without gradient, in the caller's dispose scope.</returns>
    public Tensor Advance(Tensor from, int steps, int? label = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        using var scope = NewDisposeScope();
        using var sampling = new Sampling(model);
        var x = from.detach().to(device).contiguous().clone();
        var draws = empty_like(x);
        for (var step = 0; step < steps; step++)
        {
            using var pass = NewDisposeScope();
            Slope(x, label);
            using var outside = no_grad();
            // A chain that no gradient reaches moves by its noise alone.
            if (x.grad is { } slope) x.add_(slope, alpha: -Options.StepSize);
            LibTorch.SetGradient(x.Handle, 0);
            if (Options.Noise > 0) x.add_(draws.normal_(0, 1, noise), alpha: Options.Noise);
            if (Options.UnitInterval) x.clamp_(0, 1);
        }

        return x.requires_grad_(false).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Buffer.Dispose();
        roots.Dispose();
        noise.Dispose();
    }

    /// <summary>Leaves ∂E/∂x in x's gradient: back-propagation starts at the logits, where it is −softmax.</summary>
    private void Slope(Tensor x, int? label)
    {
        using var recording = enable_grad();
        x.requires_grad_(true);
        var logits = model.EnergyLogits(x);
        using var outside = no_grad();
        Tensor slope;
        if (label is { } y)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, logits.size(1), nameof(label));
            slope = zeros_like(logits);
            slope[.., y].fill_(-1);
        }
        else
        {
            slope = nn.functional.softmax(logits, 1).neg_();
        }

        roots.Clear();
        roots.Add(logits, slope);
        roots.Backward();
    }
}
