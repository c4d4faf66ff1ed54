using GenDisc.Core.Evaluation.Boltzmann;
using GenDisc.Core.Kernels.Boltzmann;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models.Boltzmann;

/// <summary>
/// Boltzmann machine (Ackley, Hinton and Sejnowski 1985) with couplings between any two of its units, all in {0, 1}:
/// E(v, h) = −b·v − c·h − ½ v·L v − ½ h·J h − h·W v (Salakhutdinov and Hinton 2009, eq. 1, with biases), where L and J are
/// symmetric and 0 on the diagonal. A state holds the visible units, then the hidden ones.
/// </summary>
/// <remarks>
/// L is U + Uᵀ with U the part above the diagonal of a free matrix whose rest is 0, gets no gradient, and so stays 0; J
/// likewise. Parts that sizes leave empty are null: L of one visible unit, J of one hidden unit.
/// </remarks>
public sealed class BoltzmannMachine : EnergyMachine
{
    /// <summary>Mean-field inference has converged when no μ_j changes by more in a sweep.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>Sweeps after which fields are computed afresh, so that rounding cannot add up.</summary>
    private const int FreshFields = 32;

    private readonly Parameter visibleBias;
    private readonly Parameter? visibleCoupling;
    private readonly Parameter? weight;
    private readonly Parameter? hiddenBias;
    private readonly Parameter? hiddenCoupling;

    /// <param name="options">Sizes.</param>
    /// <param name="init">Draws the couplings from N(0, 0.01²) (Hinton 2010, section 8); biases start at 0.</param>
    public BoltzmannMachine(BoltzmannOptions options, RandomStream init)
        : base(nameof(BoltzmannMachine))
    {
        Options = options;
        visibleBias = new Parameter(zeros(options.Visible));
        if (options.Visible > 1) visibleCoupling = Normal(init, options.Visible, options.Visible, upper: true);
        if (options.Hidden > 0)
        {
            weight = Normal(init, options.Hidden, options.Visible, upper: false);
            hiddenBias = new Parameter(zeros(options.Hidden));
        }

        if (options.Hidden > 1) hiddenCoupling = Normal(init, options.Hidden, options.Hidden, upper: true);
        RegisterComponents();
    }

    public BoltzmannOptions Options { get; }

    public override int Visible => Options.Visible;

    public override int Hidden => Options.Hidden;

    /// <summary>Visible units, then hidden ones.</summary>
    public override int StateSize => Options.Visible + Options.Hidden;

    /// <summary>b, `[visible]`.</summary>
    public Parameter VisibleBias => visibleBias;

    /// <summary>L above the diagonal, `[visible, visible]`; null for one visible unit.</summary>
    public Parameter? VisibleCoupling => visibleCoupling;

    /// <summary>W, `[hidden, visible]`; null without hidden units.</summary>
    public Parameter? Weight => weight;

    /// <summary>c, `[hidden]`; null without hidden units.</summary>
    public Parameter? HiddenBias => hiddenBias;

    /// <summary>J above the diagonal, `[hidden, hidden]`; null for fewer than two hidden units.</summary>
    public Parameter? HiddenCoupling => hiddenCoupling;

    /// <summary>All couplings, `[stateSize, stateSize]`: [[L, Wᵀ], [W, J]]. Differentiable in the parameters.</summary>
    public Tensor Couplings()
    {
        var visible = Symmetric(visibleCoupling, Visible);
        if (weight is null) return visible;
        return cat([cat([visible, weight.t()], 1), cat([weight, Symmetric(hiddenCoupling, Hidden)], 1)], 0);
    }

    public override void StartFrom(BaseRates rates) => StartFrom(rates.LogOdds());

    /// <inheritdoc cref="StartFrom(BaseRates)" path="/summary"/>
    /// <param name="baseRateLogOdds">log p_i / (1 − p_i), one for each visible unit.</param>
    /// <exception cref="ArgumentException">Not one for each.</exception>
    public void StartFrom(float[] baseRateLogOdds)
    {
        if (baseRateLogOdds.Length != Visible)
            throw new ArgumentException($"{baseRateLogOdds.Length} log-odds for {Visible} visible units", nameof(baseRateLogOdds));
        using var outside = no_grad();
        using var values = tensor(baseRateLogOdds);
        visibleBias.copy_(values);
    }

    /// <summary>
    /// The μ of the distribution q(h) = Π_j q(h_j) nearest to p(h | v) that coordinate descent finds: μ_j = σ(c_j + W_j v +
    /// J_j μ), one unit after the other, which never raises the variational free energy. Records no gradient.
    /// </summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <exception cref="InvalidOperationException">There are no hidden units.</exception>
    public MeanField Infer(Tensor visible)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var fields = HiddenLogits(visible);
        var mean = fields.sigmoid();
        if (hiddenCoupling is null) return new MeanField(mean.MoveToOuterDisposeScope(), 0, 0);
        var coupling = Symmetric(hiddenCoupling, Hidden);
        fields.add_(mean.matmul(coupling));
        var (sweeps, residual) = (0, double.PositiveInfinity);
        while (sweeps < Options.MeanFieldSteps && residual > Tolerance)
        {
            using var inner = NewDisposeScope();
            var before = mean.clone();
            UnitSweep.Average(mean, fields, coupling, Options.Kernels);
            residual = before.sub_(mean).abs_().max().ToDouble();
            sweeps++;
        }

        return new MeanField(mean.MoveToOuterDisposeScope(), sweeps, residual);
    }

    /// <summary>
    /// E(v, μ) − H(μ), H the entropy of q: the mean energy under q less q's entropy (Salakhutdinov and Hinton 2009, eq. 7),
    /// at least F(v) = −log Σ_h exp(−E(v, h)), equal where q is p(h | v). μ counts as a constant: at the optimum its own
    /// gradient is 0. Without hidden units E(v) itself. The machine has no classes: labels are not read.
    /// </summary>
    public override Tensor DataEnergy(Tensor visible, Tensor? labels)
    {
        if (weight is null) return VisibleEnergy(visible);
        var mean = Infer(visible).Mean;
        return Energy(visible, mean) - (special.entr(mean) + special.entr(1 - mean)).sum(1);
    }

    public override Tensor StateEnergy(Tensor state, double beta = 1)
    {
        var visible = state.narrow(1, 0, Visible);
        return (weight is null ? VisibleEnergy(visible) : Energy(visible, state.narrow(1, Visible, Hidden))) * beta;
    }

    /// <summary>The data, with hidden units after <see cref="BoltzmannOptions.MeanFieldSteps"/> sweeps of Gibbs sampling.</summary>
    public override Tensor StateOf(Tensor visible, Tensor? labels, CounterStream stream)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        if (weight is null) return visible.clone().contiguous().MoveToOuterDisposeScope();
        var fields = HiddenLogits(visible);
        var hidden = zeros_like(fields);
        // Independent units are drawn exactly by one sweep.
        var sweeps = hiddenCoupling is null ? 1 : Options.MeanFieldSteps;
        Sample(hidden, fields, Symmetric(hiddenCoupling, Hidden), sweeps, stream, 1);
        return cat([visible, hidden], 1).MoveToOuterDisposeScope();
    }

    public override void Advance(Tensor state, int sweeps, CounterStream stream, double beta = 1)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        var (coupling, bias) = (Couplings(), Biases());
        for (var done = 0; done < sweeps; done += FreshFields)
        {
            using var inner = NewDisposeScope();
            var fields = state.matmul(coupling).add_(bias);
            Sample(state, fields, coupling, Math.Min(FreshFields, sweeps - done), stream, beta);
        }
    }

    public override Tensor VisibleMean(Tensor state)
    {
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        return state.matmul(Couplings()).add_(Biases()).narrow(1, 0, Visible).sigmoid().MoveToOuterDisposeScope();
    }

    /// <summary>μ of <see cref="Infer"/>, by one more step with gradient: σ(c + W v + J μ) with μ a constant.</summary>
    public override Tensor Features(Tensor visible)
    {
        if (weight is null) return zeros(visible.size(0), 0, visible.dtype, visible.device);
        var logits = HiddenLogits(visible);
        if (hiddenCoupling is not null) logits = logits + Infer(visible).Mean.matmul(Symmetric(hiddenCoupling, Hidden));
        return logits.sigmoid();
    }

    /// <summary>
    /// Σ_i log p(v_i | the other visible units), exact (Besag 1975). Differentiable in the parameters.
    /// </summary>
    /// <param name="visible">`[batch, visible]`, 0 or 1.</param>
    /// <returns>`[batch]`, nats, at most 0.</returns>
    /// <exception cref="InvalidOperationException">The machine has hidden units.</exception>
    public Tensor PseudoLogLikelihood(Tensor visible)
    {
        if (weight is not null) throw new InvalidOperationException("the pseudo-likelihood is exact without hidden units only");
        var fields = visible.matmul(Symmetric(visibleCoupling, Visible)) + visibleBias;
        return functional.softplus((1 - (2 * visible)) * fields).sum(1).neg();
    }

    internal override IEnumerable<Parameter> EncoderParameters()
    {
        if (weight is not null) yield return weight;
        if (hiddenBias is not null) yield return hiddenBias;
        if (hiddenCoupling is not null) yield return hiddenCoupling;
    }

    internal override IEnumerable<Parameter> VisibleParameters() =>
        visibleCoupling is null ? [visibleBias] : [visibleBias, visibleCoupling];

    /// <summary>E(v), or with hidden units the part of it that lies in visible units alone: `[batch]`.</summary>
    internal Tensor VisibleEnergy(Tensor visible)
    {
        var linear = visible.matmul(visibleBias).neg();
        return visibleCoupling is null ? linear : linear - PairSum(visible, visibleCoupling);
    }

    /// <summary>The part of the energy that lies in hidden units alone, biases left aside: `[batch]`.</summary>
    internal Tensor HiddenPairEnergy(Tensor hidden) =>
        hiddenCoupling is null ? zeros(hidden.size(0), hidden.dtype, hidden.device) : PairSum(hidden, hiddenCoupling).neg();

    /// <summary>c + W v: `[batch, hidden]`.</summary>
    internal Tensor HiddenLogits(Tensor visible) =>
        weight is null
            ? throw new InvalidOperationException("the machine has no hidden units")
            : functional.linear(visible, weight, hiddenBias);

    /// <summary>Σ_{i&lt;k} U_ik x_i x_k: `[batch]`.</summary>
    private static Tensor PairSum(Tensor x, Tensor upper) => (x.matmul(upper.triu(1)) * x).sum(1);

    private static Parameter Normal(RandomStream init, int rows, int columns, bool upper)
    {
        var values = new float[rows * columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = upper ? row + 1 : 0; column < columns; column++)
                values[(row * columns) + column] = (float)(0.01 * init.NextGaussian());
        }

        using var flat = tensor(values);
        return new Parameter(flat.reshape(rows, columns));
    }

    /// <summary>U + Uᵀ; zeros where there is no U.</summary>
    private Tensor Symmetric(Tensor? matrix, int units)
    {
        if (matrix is null) return zeros(units, units, visibleBias.dtype, visibleBias.device);
        var upper = matrix.triu(1);
        return upper + upper.t();
    }

    private Tensor Biases() => hiddenBias is null ? visibleBias : cat([visibleBias, hiddenBias], 0);

    private Tensor Energy(Tensor visible, Tensor hidden) =>
        VisibleEnergy(visible) + HiddenPairEnergy(hidden) - (HiddenLogits(visible) * hidden).sum(1);

    private void Sample(Tensor values, Tensor fields, Tensor coupling, int sweeps, CounterStream stream, double beta)
    {
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            using var scope = NewDisposeScope();
            var uniforms = UnitDraws.Uniforms(values.shape, stream);
            // u < σ(x) where logit(u) < x: one logarithm for the lot in place of an exponential at every unit.
            var thresholds = (uniforms.log() - uniforms.neg().log1p()).to(values.dtype, values.device);
            UnitSweep.Draw(values, fields, coupling, thresholds, beta, Options.Kernels);
        }
    }
}
