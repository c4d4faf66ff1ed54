using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Energy;

/// <summary>
/// E(x⁺) − mean E(x⁻) + α (E(x⁺)² + mean E(x⁻)²), nats, with E(x) = −log Σ_y exp(f_y(x)), examples x⁺ and samples x⁻ of the
/// model (Grathwohl et al. 2020, eq. 2; the square is the regularisation of Du and Mordatch 2019, section 3). Its gradient
/// in the parameters is that of −log p(x) at α = 0; its value is no likelihood, as log Z is not known.
/// </summary>
/// <remarks>
/// It samples while the model is in training. In evaluation it leaves chains and α aside: its value is
/// E(x⁺) − mean E over the first chains of the buffer as they stand.
/// </remarks>
public sealed class EnergyTerm : LossTerm
{
    /// <summary>Chains that an evaluation compares with.</summary>
    public const int ChainsOfEvaluation = 256;

    /// <param name="sampler">Of the model that the term will measure; owned by the caller.</param>
    /// <exception cref="UserError">The model draws a latent vector, whose noise chains would not see.</exception>
    public EnergyTerm(SgldSampler sampler)
        : base("energy")
    {
        if (sampler.Model.Bottleneck is { Options.Variational: true })
            throw new UserError(
                "an energy classifier cannot stand in a model with a vae: its energy would be that of a random latent vector.\n"
                + "Leave the vae out, or use a plain classifier.");
        Sampler = sampler;
    }

    public SgldSampler Sampler { get; }

    /// <summary>α, at least 0.</summary>
    public double Regularisation { get; set; }

    /// <summary>Batches that samples were drawn for.</summary>
    public long Draws { get; private set; }

    /// <summary>Mean E(x⁺) of the last of them, nats.</summary>
    public double DataEnergy { get; private set; }

    /// <summary>Mean E(x⁻) of the last of them, nats.</summary>
    public double SampleEnergy { get; private set; }

    private HybridModel Model => Sampler.Model;

    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        var data = HybridModel.EnergyOf(LogitsOf(output, batch));
        if (!Model.training || !is_grad_enabled()) return data - HeldEnergy();
        var samples = HybridModel.EnergyOf(Model.EnergyLogits(Sampler.Sample(batch.Count)));
        Note(data, samples);
        var value = data - samples.mean();
        return Regularisation == 0 ? value : value + ((data.square() + samples.square().mean()) * Regularisation);
    }

    internal override TermValue Evaluate(ModelOutput output, Batch batch, GradientRequest? request)
    {
        var logits = LogitsOf(output, batch);
        if (request is not { } asked)
        {
            using var outside = no_grad(); // a term of no weight samples nothing
            return base.Evaluate(output, batch, null);
        }

        var sampled = Model.EnergyLogits(Sampler.Sample(batch.Count));
        using var inference = no_grad();
        var (data, samples) = (HybridModel.EnergyOf(logits), HybridModel.EnergyOf(sampled));
        Note(data, samples);
        asked.Roots.Add(logits, Slope(logits, data, asked.Scale, asked.Scale * 2 * Regularisation));
        asked.Roots.Add(sampled, Slope(sampled, samples, -asked.Scale, asked.Scale * 2 * Regularisation));
        var squares = Regularisation == 0 ? 0 : (data.square().mean() + samples.square().mean()).ToDouble();
        return new TermValue(batch.Count * (DataEnergy - SampleEnergy + (Regularisation * squares)));
    }

    /// <summary>(a + b E) ∂E/∂logits = −(a + b E) softmax.</summary>
    private static Tensor Slope(Tensor logits, Tensor energies, double a, double b)
    {
        var slope = nn.functional.softmax(logits, 1);
        return b == 0 ? slope.mul_(-a) : slope.mul_(energies.mul(-b).sub_(a).unsqueeze(1));
    }

    /// <exception cref="UserError">Sequences have several lengths, of which samples know nothing.</exception>
    private Tensor LogitsOf(ModelOutput output, Batch batch)
    {
        if (batch.Lengths is null) return Need(output.Logits);
        throw new UserError(
            "an energy classifier needs sequences of one length: its samples are of the full one.\n"
            + "Use data without padding, or a plain classifier.");
    }

    private void Note(Tensor data, Tensor samples)
    {
        (DataEnergy, SampleEnergy) = (data.mean().ToDouble(), samples.mean().ToDouble());
        Draws++;
    }

    private Tensor HeldEnergy()
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var chains = Sampler.Buffer.First(ChainsOfEvaluation).to(Sampler.Device);
        return HybridModel.EnergyOf(Model.EnergyLogits(chains)).mean().MoveToOuterDisposeScope();
    }
}
