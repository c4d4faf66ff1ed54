using GenDisc.Core.Evaluation.Boltzmann;
using GenDisc.Core.Kernels.Boltzmann;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Products;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Kernel = GenDisc.Core.Kernels.Boltzmann.ClassLogits;

namespace GenDisc.Core.Models.Boltzmann;

/// <summary>
/// Restricted Boltzmann machine (Smolensky 1986; Hinton 2002) with hidden units h in {0, 1}:
/// E(v, h) = −b·v − c·h − h·W v for visible units in {0, 1};
/// E(v, h) = Σ_i (v_i − b_i)² / 2σ_i² − c·h − h·W (v / σ²) for real ones (Cho, Ilin and Raiko 2011, eq. 2);
/// with classes, less d_y + h·U_y for a label y (Larochelle et al. 2012, eq. 2).
/// </summary>
public sealed class Rbm : EnergyMachine
{
    /// <summary>Share of the data's variance that learned variances start from.</summary>
    private const double StartingVariance = 0.5;

    private readonly Parameter weight;
    private readonly Parameter visibleBias;
    private readonly Parameter hiddenBias;
    private readonly Parameter? logVariance;
    private readonly Parameter? classWeight;
    private readonly Parameter? classBias;
    private double leastVariance = BaseRates.LeastShare; // of the variance 1 that it starts from

    /// <param name="options">Sizes and kind.</param>
    /// <param name="init">Draws the weights from N(0, 0.01²) (Hinton 2010, section 8); biases start at 0.</param>
    public Rbm(RbmOptions options, RandomStream init)
        : base(nameof(Rbm))
    {
        Options = options;
        weight = Normal(init, options.Hidden, options.Visible);
        visibleBias = new Parameter(zeros(options.Visible));
        hiddenBias = new Parameter(zeros(options.Hidden));
        if (options.Kind == VisibleKind.Gaussian)
            logVariance = new Parameter(zeros(options.Visible), requires_grad: options.LearnsVariance);
        if (options.Classes > 0)
        {
            classWeight = Normal(init, options.Hidden, options.Classes);
            classBias = new Parameter(zeros(options.Classes));
        }

        RegisterComponents();
    }

    public RbmOptions Options { get; }

    public override int Visible => Options.Visible;

    public override int Hidden => Options.Hidden;

    public override int Classes => Options.Classes;

    /// <summary>Visible units, then one for each class.</summary>
    public override int StateSize => Options.Visible + Options.Classes;

    public override VisibleKind Kind => Options.Kind;

    /// <summary>W, `[hidden, visible]`.</summary>
    public Parameter Weight => weight;

    /// <summary>b, `[visible]`.</summary>
    public Parameter VisibleBias => visibleBias;

    /// <summary>c, `[hidden]`.</summary>
    public Parameter HiddenBias => hiddenBias;

    /// <summary>log σ², `[visible]`; null for units in {0, 1}.</summary>
    public Parameter? LogVariance => logVariance;

    /// <summary>U, `[hidden, classes]`; null without classes.</summary>
    public Parameter? ClassWeight => classWeight;

    /// <summary>d, `[classes]`; null without classes.</summary>
    public Parameter? ClassBias => classBias;

    /// <summary>
    /// Sets the visible biases to the data's log-odds (Hinton 2010, section 8.1), or of real units to their means and,
    /// where variances are learned, those to half the data's: at all of it hidden units have nothing to explain, and
    /// learning would not get away from there. None is, or gets by learning, below <see cref="BaseRates.LeastVariance"/>.
    /// Hidden units then need not learn what single units are like.
    /// </summary>
    /// <exception cref="UserError">The rates are of another number of units, or no probabilities.</exception>
    public override void StartFrom(BaseRates rates)
    {
        if (rates.Visible != Visible)
            throw new UserError($"Boltzmann machine: base rates of {rates.Visible} units for {Visible} visible ones.");
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        if (logVariance is null)
        {
            visibleBias.copy_(tensor(rates.LogOdds()));
            return;
        }

        visibleBias.copy_(tensor(rates.Mean));
        leastVariance = rates.LeastVariance;
        if (Options.LearnsVariance)
            logVariance.copy_((tensor(rates.SmoothVariance()) * StartingVariance).clamp_min_(leastVariance).log());
    }

    /// <summary>c + W v, of Gaussian units c + W (v / σ²), without the label's part.</summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <returns>`[batch, hidden]`</returns>
    public Tensor HiddenLogits(Tensor visible) =>
        Options.Kernels && classWeight is not null && logVariance is null && AffineBlock.Fits(visible, weight, hiddenBias)
            ? AffineBlock.Apply(visible, weight, hiddenBias, relu: false)
            : functional.linear(logVariance is null ? visible : visible * logVariance.neg().exp(), weight, hiddenBias);

    /// <summary>Logits of p(v | h), of Gaussian units its mean: b + Wᵀ h.</summary>
    /// <param name="hidden">`[batch, hidden]`</param>
    /// <returns>`[batch, visible]`</returns>
    public Tensor VisibleLogits(Tensor hidden) => hidden.matmul(weight).Plus(visibleBias);

    /// <summary>Logits of the exact p(y | v): d_y + Σ_j softplus(c_j + W_j v + U_jy) (Larochelle et al. 2012, eq. 5).</summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <returns>`[batch, classes]`</returns>
    /// <exception cref="InvalidOperationException">The machine has no classes.</exception>
    public Tensor ClassLogits(Tensor visible) => ClassLogitsOf(HiddenLogits(visible));

    /// <summary>F(v) = −log Σ_h exp(−E(v, h)), with labels F(v, y); without them the classes are summed out too.</summary>
    public override Tensor DataEnergy(Tensor visible, Tensor? labels)
    {
        var logits = HiddenLogits(visible);
        if (classWeight is null) return VisibleTerm(visible) - functional.softplus(logits).sum(1);
        if (labels is null) return VisibleTerm(visible) - ClassLogitsOf(logits).logsumexp(1);
        var joint = logits + classWeight.t().index_select(0, labels);
        return VisibleTerm(visible) - classBias!.index_select(0, labels) - functional.softplus(joint).sum(1);
    }

    public override Tensor StateEnergy(Tensor state, double beta = 1)
    {
        var linear = VisibleTerm(state.narrow(1, 0, Visible));
        if (classBias is not null) linear = linear - state.narrow(1, Visible, Classes).matmul(classBias);
        return (linear * beta) - functional.softplus(StateLogits(state) * beta).sum(1);
    }

    public override Tensor StateOf(Tensor visible, Tensor? labels, CounterStream stream)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        if (classWeight is null) return visible.clone().contiguous().MoveToOuterDisposeScope();
        var label = labels is null
            ? UnitDraws.Categorical(ClassLogitsOf(HiddenLogits(visible)), stream)
            : functional.one_hot(labels, Classes).to(visible.dtype);
        return cat([visible, label], 1).MoveToOuterDisposeScope();
    }

    /// <exception cref="UserError">β is 0 and the visible units are Gaussian: they would spread without end.</exception>
    public override void Advance(Tensor state, int sweeps, CounterStream stream, double beta = 1)
    {
        if (Binary is { } binary && binary.Fits(state))
        {
            Gibbs.Advance(binary, state, sweeps, stream, beta);
            return;
        }

        if (Joint is { } joint && joint.Fits(state))
        {
            JointChains.Advance(joint, state, sweeps, stream, beta);
            return;
        }

        if (logVariance is not null && beta <= 0)
            throw new UserError("a machine with Gaussian units has no distribution at inverse temperature 0; take one above 0");
        using var outside = no_grad();
        using var cold = beta.ToScalar(); // held while native code reads it, as Sums says
        using var spread = Spread(beta);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            using var scope = NewDisposeScope();
            var visible = state.narrow(1, 0, Visible);
            var hidden = Draw(StateLogits(state).mul_(cold), stream);
            var means = VisibleLogits(hidden);
            visible.copy_(logVariance is null
                ? Draw(means.mul_(cold), stream)
                : means.Plus(UnitDraws.Normals(means, stream) * spread!));
            if (classWeight is null) continue;
            var logits = hidden.matmul(classWeight).Plus(classBias!).mul_(cold);
            state.narrow(1, Visible, Classes).copy_(UnitDraws.Categorical(logits, stream));
        }
    }

    public override Tensor VisibleMean(Tensor state)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var means = VisibleLogits(StateLogits(state).sigmoid_());
        return (logVariance is null ? means.sigmoid_() : means).MoveToOuterDisposeScope();
    }

    /// <summary>p(h_j = 1 | v); with classes, weighed over p(y | v).</summary>
    public override Tensor Features(Tensor visible)
    {
        var logits = HiddenLogits(visible);
        if (classWeight is null) return logits.sigmoid();
        var classes = ClassLogitsOf(logits).softmax(1);
        var each = (logits.unsqueeze(1) + classWeight.t()).sigmoid(); // [batch, classes, hidden]
        return (each * classes.unsqueeze(2)).sum(1);
    }

    internal override IEnumerable<Parameter> EncoderParameters() =>
        logVariance is not null && Options.LearnsVariance ? [weight, hiddenBias, logVariance] : [weight, hiddenBias];

    /// <summary>
    /// Of Gaussian units those of b_i and W_·i times σ_i². Their curvature is 1/σ_i², Fisher's information of a normal
    /// mean (Amari 1998): steps that suit most units would throw those of little variance off.
    /// </summary>
    internal override void ScaleGradients()
    {
        if (logVariance is null) return;
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var variance = logVariance.exp();
        visibleBias.grad?.mul_(variance);
        weight.grad?.mul_(variance);
    }

    /// <summary>No variance is less than a density may take for one.</summary>
    internal override void KeepInBounds()
    {
        if (logVariance is null || !Options.LearnsVariance) return;
        using var outside = no_grad();
        using var least = Math.Log(leastVariance).ToScalar();
        logVariance.clamp_min_(least);
    }

    internal override IEnumerable<Parameter> VisibleParameters() => [visibleBias];

    /// <summary>The parameters for kernels that may be used; null where units are real or classes.</summary>
    internal BinaryMachine? Binary =>
        Options.Kernels && logVariance is null && classWeight is null ? new BinaryMachine(weight, visibleBias, hiddenBias) : null;

    /// <summary>Likewise of a machine with classes; null without, and where units are real.</summary>
    internal JointMachine? Joint =>
        Options.Kernels && logVariance is null && classWeight is not null && classBias is not null
            ? new JointMachine(weight, visibleBias, hiddenBias, classWeight, classBias)
            : null;

    /// <summary>Logits of p(h | the state), `[chains, hidden]`.</summary>
    /// <param name="state">`[chains, stateSize]`</param>
    internal Tensor StateLogits(Tensor state)
    {
        var logits = HiddenLogits(state.narrow(1, 0, Visible));
        return classWeight is null ? logits : logits.Plus(state.narrow(1, Visible, Classes).matmul(classWeight.t()));
    }

    /// <inheritdoc cref="ClassLogits"/>
    /// <param name="logits">Of the hidden units without the label's part, `[batch, hidden]`.</param>
    internal Tensor ClassLogitsOf(Tensor logits)
    {
        if (classWeight is null || classBias is null) throw new InvalidOperationException("the machine has no classes");
        return Options.Kernels && Kernel.Fits(logits, classWeight, classBias)
            ? Kernel.Apply(logits, classWeight, classBias)
            : Kernel.Twin(logits, classWeight, classBias);
    }

    private static Parameter Normal(RandomStream init, int rows, int columns)
    {
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(0.01 * init.NextGaussian());
        using var given = tensor(values, [rows, columns]);
        return new Parameter(given.clone()); // into aligned memory: a product's last bits may depend on that
    }

    private static Tensor Draw(Tensor logits, CounterStream stream)
    {
        BernoulliSampler.Sample(logits, logits, null, stream);
        return logits;
    }

    /// <summary>Deviations of Gaussian units at β, `[visible]`; null of others.</summary>
    private Tensor? Spread(double beta)
    {
        if (logVariance is null) return null;
        using var scope = NewDisposeScope();
        return ((0.5 * logVariance).exp() / Math.Sqrt(beta)).MoveToOuterDisposeScope();
    }

    /// <summary>The energy that the visible units have by themselves, `[batch]`.</summary>
    private Tensor VisibleTerm(Tensor visible) => logVariance is null
        ? visible.matmul(visibleBias).neg()
        : ((visible - visibleBias).square() * logVariance.neg().exp()).sum(1) / 2;
}
