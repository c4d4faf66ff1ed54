using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// Chains on the geometric path from independent visible units to a restricted machine (Salakhutdinov and Murray 2008,
/// eq. 15 to 18, with hidden biases 0 at the start):
/// f_β(v) = exp(−(1 − β) A(v) − β B(v)) Π_j (1 + exp(β x_j(v))), with B(v) the energy that the machine's visible units have
/// by themselves, x_j the input of hidden unit j and A(v) = −a·v, a the data's log-odds; for real units
/// A(v) = Σ_i (v_i − m_i)² / 2s_i². Classes are units like visible ones, all equally likely at the start.
/// </summary>
/// <remarks>
/// Float32 products; weights are added up in double. Buffers are the path's own, and a step allocates only rows.
/// </remarks>
internal sealed class AnnealedPath : IDisposable
{
    private readonly List<Tensor> owned = [];
    private readonly CounterStream stream;
    private readonly Tensor weight;
    private readonly Tensor weightTransposed;
    private readonly Tensor visibleBias;
    private readonly Tensor hiddenBias;
    private readonly Tensor baseMean;
    private readonly Tensor? variance;
    private readonly Tensor? baseVariance;
    private readonly Tensor? classWeight;
    private readonly Tensor? classWeightTransposed;
    private readonly Tensor? classBias;
    private readonly Tensor linear;
    private readonly Tensor? quadratic;
    private readonly double constant;
    private readonly Tensor visible;
    private readonly Tensor? label;
    private readonly Tensor hidden;
    private readonly Tensor input;
    private readonly Tensor from;
    private readonly Tensor to;
    private readonly Tensor sums;

    /// <exception cref="UserError">The machine is not finite, or the rates do not fit it.</exception>
    public AnnealedPath(Rbm machine, BaseRates rates, int chains, CounterStream stream)
    {
        if (rates.Visible != machine.Visible)
            throw new UserError($"Boltzmann machine: base rates of {rates.Visible} units for {machine.Visible} visible ones.");
        DoubleRbm.CheckFinite(machine);
        this.stream = stream;
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var device = machine.Weight.device;
        visibleBias = Own(machine.VisibleBias.detach().clone());
        hiddenBias = Own(machine.HiddenBias.detach().clone());
        var read = machine.Weight.detach();
        BaseLogZ = machine.Hidden * Math.Log(2);
        if (machine.LogVariance is null)
        {
            var odds = rates.LogOdds();
            baseMean = Own(tensor(odds, device: device));
            linear = Own(visibleBias - baseMean);
            foreach (var a in odds) BaseLogZ += Math.Max(a, 0) + Math.Log(1 + Math.Exp(-Math.Abs((double)a)));
        }
        else
        {
            var spread = rates.SmoothVariance();
            baseMean = Own(tensor(Array.ConvertAll(rates.Mean, m => (float)m), device: device));
            baseVariance = Own(tensor(Array.ConvertAll(spread, s => (float)s), device: device));
            variance = Own(machine.LogVariance.detach().exp());
            read /= variance;
            linear = Own((visibleBias / variance) - (baseMean / baseVariance));
            quadratic = Own((0.5 / baseVariance) - (0.5 / variance));
            constant = ((baseMean.square() / baseVariance) - (visibleBias.square() / variance)).to(float64).sum().item<double>() / 2;
            foreach (var s in spread) BaseLogZ += Math.Log(2 * Math.PI * s) / 2;
        }

        weight = Own(machine.Weight.detach().clone());
        weightTransposed = Own(read.t().contiguous());
        if (machine.ClassWeight is not null && machine.ClassBias is not null)
        {
            BaseLogZ += Math.Log(machine.Classes);
            classWeight = Own(machine.ClassWeight.detach().clone());
            classWeightTransposed = Own(classWeight.t().contiguous());
            classBias = Own(machine.ClassBias.detach().clone());
            label = Own(zeros(chains, machine.Classes, float32, device));
        }

        visible = Own(zeros(chains, machine.Visible, float32, device));
        hidden = Own(zeros(chains, machine.Hidden, float32, device));
        input = Own(zeros_like(hidden));
        from = Own(zeros_like(hidden));
        to = Own(zeros_like(hidden));
        sums = Own(zeros(chains, float64, device));
    }

    /// <summary>log ∫ f_0, nats: exact.</summary>
    public double BaseLogZ { get; }

    /// <summary>Accumulated log-weights, `[chains]`, nats.</summary>
    public double[] LogWeights => sums.cpu().data<double>().ToArray();

    public void Dispose()
    {
        foreach (var each in owned) each.Dispose();
    }

    /// <summary>Draws the chains from f_0.</summary>
    public void StartAtBase()
    {
        using var scope = NewDisposeScope();
        visible.copy_(baseMean.expand_as(visible));
        if (baseVariance is null) BernoulliSampler.Sample(visible, visible, null, stream);
        else visible.add_(UnitDraws.Normals(visible, stream).mul_(baseVariance.sqrt()));
        label?.copy_(UnitDraws.Categorical(zeros_like(label), stream));
    }

    /// <summary>Takes chains from elsewhere.</summary>
    /// <param name="state">`[chains, stateSize]`</param>
    public void StartAt(Tensor state)
    {
        using var scope = NewDisposeScope();
        visible.copy_(state.narrow(1, 0, visible.size(1)));
        label?.copy_(state.narrow(1, visible.size(1), label.size(1)));
    }

    /// <summary>Adds log f_to(v) − log f_from(v) to every chain's weight, then moves the chains by f_to's Gibbs sampling.</summary>
    public void Step(double fromBeta, double toBeta)
    {
        using var scope = NewDisposeScope();
        input.copy_(hiddenBias.expand_as(input)).addmm_(visible, weightTransposed, 1, 1);
        if (label is not null) input.addmm_(label, classWeightTransposed!, 1, 1);
        Weigh(fromBeta, toBeta);
        input.mul_(toBeta);
        BernoulliSampler.Sample(input, hidden, null, stream);
        if (variance is null) DrawBits(toBeta);
        else DrawReals(toBeta);
        if (label is not null)
            label.copy_(UnitDraws.Categorical(hidden.matmul(classWeight!).add_(classBias!).mul_(toBeta), stream));
    }

    private void Weigh(double fromBeta, double toBeta)
    {
        // Part of the softplus is linear in β: only what is left is a difference of two numbers, both small.
        var slope = visible.mv(linear).add_(from.copy_(input).relu_().sum(1));
        if (quadratic is not null) slope.add_(visible.square().mv(quadratic)).add_(constant);
        if (label is not null) slope.add_(label.mv(classBias!));
        from.copy_(input).abs_();
        to.copy_(from).mul_(-toBeta).exp_();
        from.mul_(-fromBeta).exp_();
        to.sub_(from).div_(from.add_(1)).log1p_();
        sums.add_(slope.to(float64), toBeta - fromBeta).add_(to.sum(1).to(float64));
    }

    /// <summary>Logits (1 − β) a + β (b + Wᵀ h).</summary>
    private void DrawBits(double beta)
    {
        var bias = (baseMean * (1 - beta)).add_(visibleBias, beta);
        visible.copy_(bias.expand_as(visible)).addmm_(hidden, weight, 1, (float)beta);
        BernoulliSampler.Sample(visible, visible, null, stream);
    }

    /// <summary>Precision (1 − β)/s² + β/σ²; mean ((1 − β) m/s² + β (b + Wᵀ h)/σ²) over it.</summary>
    private void DrawReals(double beta)
    {
        var start = (1 - beta) / baseVariance!;
        var end = beta / variance!;
        var precision = start + end;
        visible.copy_(visibleBias.expand_as(visible)).addmm_(hidden, weight, 1, 1);
        visible.mul_(end).add_(start * baseMean).div_(precision).add_(UnitDraws.Normals(visible, stream).mul_(precision.rsqrt()));
    }

    private Tensor Own(Tensor made)
    {
        owned.Add(made.DetachFromDisposeScope());
        return made;
    }
}
