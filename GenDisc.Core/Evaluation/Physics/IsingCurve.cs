using GenDisc.Core.Data.Synthetic.Ising;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Physics;

/// <summary>Observables of Ising's model against temperature.</summary>
/// <param name="Points">In the order of the temperatures asked for, each with its model.</param>
public sealed record IsingCurve(IReadOnlyList<IsingObservables> Points)
{
    /// <summary>1.0, 1.2, …, 3.6: both sides of the critical temperature for J = 1.</summary>
    public static IReadOnlyList<double> UsualTemperatures { get; } = [.. Enumerable.Range(5, 14).Select(i => i / 5.0)];

    /// <summary>
    /// Up to 4 × 4 sites all values are exact. Larger lattices are sampled, but where the partition function is known
    /// (<see cref="Kaufman"/>), e and C are exact too.
    /// </summary>
    /// <param name="size">L, 2 to 256.</param>
    /// <param name="temperatures">T, each above 0; at least one.</param>
    /// <param name="stream">Draws, for each temperature from a stream of its own.</param>
    /// <param name="coupling">J.</param>
    /// <param name="field">h.</param>
    /// <param name="draws">Configurations at each temperature, nearly independent; at least 2.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserError">A number is out of range, or a model moves too slowly to be drawn from.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static IsingCurve Of(
        int size,
        IReadOnlyList<double> temperatures,
        RandomStream stream,
        double coupling = 1,
        double field = 0,
        int draws = 5_000,
        CancellationToken cancel = default)
    {
        if (temperatures.Count == 0) throw new UserError("ising: there is no temperature. Give at least one.");
        if (draws < 2) throw new UserError($"ising: {draws} draws have no error. Take at least 2.");
        IsingOptions[] models = [.. temperatures.Select(t => new IsingOptions(size, t, coupling, field))];
        foreach (var model in models) model.Check();
        var streams = Array.ConvertAll(models, model => new RandomStream((long)stream.NextUInt64(), model.Name));
        var points = new IsingObservables[models.Length];
        var failures = new UserError?[models.Length];
        Parallel.For(0, models.Length, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            try
            {
                points[i] = PointOf(models[i], streams[i], draws, cancel);
            }
            catch (UserError e)
            {
                failures[i] = e;
            }
        });
        return Array.Find(failures, failure => failure is not null) is { } first ? throw first : new IsingCurve(points);
    }

    private static IsingObservables PointOf(IsingOptions model, RandomStream stream, int draws, CancellationToken cancel)
    {
        if (model.Size <= IsingExact.MostSize) return IsingObservables.Exact(IsingExact.Of(model));
        var sampled = IsingObservables.Of(IsingSampler.Sample(model, draws, stream, cancel: cancel));
        return Kaufman.Fits(model)
            ? sampled with
            {
                Energy = SeriesMean.Exact(Kaufman.EnergyPerSpin(model)),
                SpecificHeat = SeriesMean.Exact(Kaufman.SpecificHeat(model)),
            }
            : sampled;
    }
}
