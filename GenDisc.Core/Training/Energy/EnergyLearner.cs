using System.Globalization;
using GenDisc.Core.Data;
using GenDisc.Core.Models;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Energy;

/// <summary>
/// Trains an energy classifier and watches it. Energies that run away are the known failure of such models (Grathwohl et
/// al. 2020, section 6): then it goes back to the last good state, starts all chains and the optimiser anew, applies the
/// next of the published remedies (<see cref="RemedyKind"/>), and takes the step again. Every remedy is told.
/// </summary>
public sealed class EnergyLearner : ILearner
{
    /// <summary>Share of the past in a running mean.</summary>
    private const double Memory = 0.9;

    private readonly GradientLearner inner;
    private readonly HybridModel model;
    private readonly EnergyTerm term;
    private readonly EnergyWatch watch;
    private readonly EnergyHistory history = new();
    private readonly List<Remedy> remedies = [];
    private readonly List<string> notices = [];
    private readonly Tally scratch = new();
    private ModelState? good;
    private ModelState? candidate;
    private double rateFactor = 1;
    private double gap;
    private int healthy;
    private int sinceCopy;
    private long draws;

    /// <param name="inner">Learns by the term; owned from here on.</param>
    /// <param name="term">One of the terms of <paramref name="inner"/>; its sampler is owned from here on.</param>
    /// <param name="watch">What counts as divergence.</param>
    public EnergyLearner(GradientLearner inner, EnergyTerm term, EnergyWatch? watch = null)
    {
        this.inner = inner;
        this.term = term;
        this.watch = watch ?? new EnergyWatch();
        model = term.Sampler.Model;
        if (!ReferenceEquals(inner.Module, model))
            throw new ArgumentException("the term samples another model than the one that learns", nameof(term));
    }

    public int SmallestBatch => inner.SmallestBatch;

    public nn.Module Module => model;

    public IReadOnlyList<string> Unreached => inner.Unreached;

    /// <summary>With the remedies so far.</summary>
    public double Rate => inner.Rate * rateFactor;

    public SgldSampler Sampler => term.Sampler;

    /// <summary>What was done about divergence, in order.</summary>
    public IReadOnlyList<Remedy> Remedies => remedies;

    /// <summary>Energies over training, thinned.</summary>
    public IReadOnlyList<EnergyPoint> History => history.Points;

    public int WentBack => remedies.Count;

    public IReadOnlyDictionary<string, double> WeightsAt(int epoch) => inner.WeightsAt(epoch);

    /// <inheritdoc/>
    /// <exception cref="DivergedException">All remedies were tried.</exception>
    public double Step(Batch batch, StepSettings settings, Tally tally)
    {
        good ??= ModelState.Capture(model);
        while (true)
        {
            scratch.Clear();
            if (Trouble(batch, settings, out var loss) is not { } trouble)
            {
                tally.Add(scratch);
                Keep();
                return loss;
            }

            Mend(trouble, settings);
        }
    }

    public void Evaluate(Batch batch, Generator noise, Tally tally, IEvaluationSink? sink = null) =>
        inner.Evaluate(batch, noise, tally, sink);

    public void EpochEnd(Split sample, Generator noise, Tally tally, Device device) =>
        inner.EpochEnd(sample, noise, tally, device);

    public IReadOnlyList<string> TakeNotices()
    {
        if (notices.Count == 0) return [];
        string[] taken = [.. notices];
        notices.Clear();
        return taken;
    }

    public void Dispose()
    {
        good?.Dispose();
        candidate?.Dispose();
        term.Sampler.Dispose();
        inner.Dispose();
    }

    private static string Show(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>Takes a step.</summary>
    /// <returns>What is wrong after it; null when all is well.</returns>
    private Sign? Trouble(Batch batch, StepSettings settings, out double loss)
    {
        loss = double.NaN;
        try
        {
            loss = inner.Step(batch, settings with { RateFactor = settings.RateFactor * rateFactor }, scratch);
        }
        catch (DivergedException e)
        {
            return new Sign(e.Term, e.Value, $"{e.Term} became {Show(e.Value)}");
        }

        healthy++;
        if (term.Draws != draws)
        {
            draws = term.Draws;
            history.Add(new EnergyPoint(draws, term.DataEnergy, term.SampleEnergy));
            if (Exploded(term.SampleEnergy))
                return new Sign("energy", term.SampleEnergy, $"samples have a mean energy of {Show(term.SampleEnergy)}");
            var now = term.DataEnergy - term.SampleEnergy;
            gap = healthy == 1 ? now : (Memory * gap) + ((1 - Memory) * now);
            if (healthy > watch.Patience && Math.Abs(gap) > watch.LargestGap)
                return new Sign("energy", gap, $"the energy of data less that of samples runs at {Show(gap)}");
        }

        // The step just taken may have spoiled the model, and an epoch's last step has no next one to tell.
        var (energy, finite) = Probe(batch);
        if (!finite) return new Sign("a parameter", double.NaN, "a parameter is not finite");
        return Exploded(energy) ? new Sign("energy", energy, $"data have a mean energy of {Show(energy)}") : null;
    }

    private bool Exploded(double energy) => !(Math.Abs(energy) <= watch.LargestEnergy);

    /// <summary>Mean E of a batch, and whether all parameters are finite.</summary>
    private (double Energy, bool Finite) Probe(Batch batch)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using var sampling = new Sampling(model);
        foreach (var parameter in model.parameters())
            if (!double.IsFinite(parameter.sum(ScalarType.Float64).item<double>())) return (double.NaN, false);
        return (HybridModel.EnergyOf(model.EnergyLogits(batch.X)).mean().item<float>(), true);
    }

    /// <summary>Copies the model now and then. A copy is good once it has gone on well.</summary>
    private void Keep()
    {
        if (++sinceCopy < watch.Patience || Math.Abs(gap) > watch.LargestGap / 2) return;
        sinceCopy = 0;
        if (candidate is not null)
        {
            good?.Dispose();
            good = candidate;
        }

        candidate = ModelState.Capture(model);
    }

    private void Mend(Sign sign, StepSettings settings)
    {
        candidate?.Dispose();
        candidate = null;
        (healthy, sinceCopy, gap) = (0, 0, 0);
        good!.Restore(model);
        term.Sampler.Buffer.Refill();
        inner.ResetOptimiser();
        if (remedies.Count >= watch.MostRemedies)
            throw new DivergedException(
                sign.Term, sign.Value, settings.Epoch, settings.Step, Rate * settings.RateFactor, Tried());
        var (kind, what) = Apply();
        remedies.Add(new Remedy(settings.Epoch, settings.Step, kind, what, sign.Why));
        notices.Add(
            $"energies diverged at epoch {settings.Epoch}, step {settings.Step}: {sign.Why}. Went back to the last good state "
            + $"with new chains; remedy {remedies.Count} of at most {watch.MostRemedies}: {what}");
    }

    /// <summary>The remedy after the last one, with what it came to.</summary>
    private (RemedyKind Kind, string What) Apply()
    {
        var next = remedies.Count == 0 ? RemedyKind.LowerRate : After(remedies[^1].Kind);
        while (Exhausted(next)) next = After(next);
        switch (next)
        {
            case RemedyKind.LowerRate:
                rateFactor /= 2;
                return (next, $"half the learning rate, {Show(Rate)}");
            case RemedyKind.MoreSteps:
                term.Sampler.Steps = Math.Min(2 * term.Sampler.Steps, watch.MostSteps);
                return (next, $"more steps of the chains, {term.Sampler.Steps} a batch");
            default:
                var larger = term.Regularisation == 0 ? watch.Regularisation : 2 * term.Regularisation;
                term.Regularisation = Math.Min(larger, watch.MostRegularisation);
                return (next, $"energy regularisation, {Show(term.Regularisation)}");
        }
    }

    private bool Exhausted(RemedyKind kind) => kind switch
    {
        RemedyKind.MoreSteps => term.Sampler.Steps >= watch.MostSteps,
        RemedyKind.Regularise => term.Regularisation >= watch.MostRegularisation,
        _ => false,
    };

    private static RemedyKind After(RemedyKind kind) => kind switch
    {
        RemedyKind.LowerRate => RemedyKind.MoreSteps,
        RemedyKind.MoreSteps => RemedyKind.Regularise,
        _ => RemedyKind.LowerRate,
    };

    private string Tried() =>
        $"Tried in vain, each from the last good state: {string.Join("; ", remedies.Select(r => r.What))}.";

    /// <summary>Of divergence.</summary>
    private sealed record Sign(string Term, double Value, string Why);
}
