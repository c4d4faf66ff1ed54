using System.Runtime.InteropServices;
using GenDisc.Core.Data;
using GenDisc.Core.Data.Synthetic.Ising;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Physics;

/// <summary>What configurations on a lattice show of Ising's model, per spin, with errors.</summary>
/// <param name="Model">Whose H and T the figures are of; the configurations may come from elsewhere.</param>
/// <param name="Draws">Configurations; 0 for exact values.</param>
/// <param name="Energy">e = ⟨E⟩/N.</param>
/// <param name="Magnetisation">⟨|m|⟩ = ⟨|M|⟩/N.</param>
/// <param name="SpecificHeat">C = (⟨E²⟩ − ⟨E⟩²)/(N T²).</param>
/// <param name="Susceptibility">χ = (⟨M²⟩ − ⟨|M|⟩²)/(N T).</param>
public sealed record IsingObservables(
    IsingOptions Model,
    int Draws,
    SeriesMean Energy,
    SeriesMean Magnetisation,
    SeriesMean SpecificHeat,
    SeriesMean Susceptibility)
{
    /// <summary>Numbers of a tensor that are looked at together.</summary>
    private const int Chunk = 1 << 20;

    /// <summary>Of energies and magnetisations of the whole lattice.</summary>
    /// <param name="model">Of H and T.</param>
    /// <param name="energies">Chain after chain, `[chains, draws]`.</param>
    /// <param name="magnetisations">M of the same draws, with or without sign.</param>
    /// <param name="chains">Independent; divides the number of draws.</param>
    /// <exception cref="UserError">The model is out of range.</exception>
    public static IsingObservables Of(IsingOptions model, double[] energies, double[] magnetisations, int chains = 1)
    {
        model.Check();
        if (energies.Length != magnetisations.Length)
            throw new ArgumentException($"{energies.Length} energies but {magnetisations.Length} magnetisations", nameof(magnetisations));
        var absolute = Array.ConvertAll(magnetisations, Math.Abs);
        double n = model.Sites, t = model.Temperature;
        return new IsingObservables(
            model,
            energies.Length,
            Scale(AutocorrelationTime.Mean(energies, chains), 1 / n),
            Scale(AutocorrelationTime.Mean(absolute, chains), 1 / n),
            Scale(Jackknife.Variance(energies, chains), 1 / n / t / t),
            Scale(Jackknife.Variance(absolute, chains), 1 / n / t));
    }

    /// <summary>Of draws of one chain.</summary>
    public static IsingObservables Of(IsingDraws draws) => Of(draws.Options, draws.Energies, draws.Magnetisations);

    /// <summary>Of images of one pixel a spin, up where it is white, as <see cref="IsingData"/> has them.</summary>
    /// <exception cref="UserError">The model is out of range, or an example is no configuration of its lattice.</exception>
    public static IsingObservables Of(IsingOptions model, Dataset data)
    {
        model.Check();
        if (data.Pixels.IsEmpty || data.ExampleSize != model.Sites)
            throw new UserError($"{data.Name}: its examples are not {model.Sites} pixels, one for each spin of a lattice of side {model.Size}.");
        var pixels = data.Pixels.Span;
        var grey = pixels.IndexOfAnyExcept(byte.MinValue, byte.MaxValue);
        if (grey >= 0) throw Grey(data.Name, grey / model.Sites, pixels[grey]);
        var (energies, magnetisations) = (new double[data.Count], new double[data.Count]);
        Span<sbyte> spins = new sbyte[model.Sites];
        for (var i = 0; i < data.Count; i++)
        {
            for (var site = 0; site < spins.Length; site++) spins[site] = (sbyte)(pixels[(i * spins.Length) + site] > 0 ? 1 : -1);
            energies[i] = IsingLattice.EnergyOf(spins, model);
            magnetisations[i] = IsingLattice.MagnetisationOf(spins);
        }

        return Of(model, energies, magnetisations);
    }

    /// <summary>Of configurations in a tensor.</summary>
    /// <param name="model">Of H and T.</param>
    /// <param name="states">`[n, sites]` or `[n, 1, L, L]`, chain after chain: up is 1, down is 0 or −1.</param>
    /// <param name="chains">Independent; divides n.</param>
    /// <exception cref="UserError">The model is out of range, or a row is no configuration of its lattice.</exception>
    public static IsingObservables OfStates(IsingOptions model, Tensor states, int chains = 1)
    {
        model.Check();
        var n = (int)states.shape[0];
        var (energies, magnetisations) = (new double[n], new double[n]);
        Measure(model, states, energies, magnetisations);
        return Of(model, energies, magnetisations, chains);
    }

    /// <summary>Values without error.</summary>
    public static IsingObservables Exact(IsingThermodynamics exact) => new(
        exact.Options,
        0,
        SeriesMean.Exact(exact.EnergyPerSpin),
        SeriesMean.Exact(exact.MagnetisationPerSpin),
        SeriesMean.Exact(exact.SpecificHeat),
        SeriesMean.Exact(exact.Susceptibility));

    /// <summary>E and M of every row.</summary>
    /// <exception cref="UserError">A row is no configuration of the model's lattice.</exception>
    internal static void Measure(IsingOptions model, Tensor states, Span<double> energies, Span<double> magnetisations)
    {
        var (rows, sites) = ((int)states.shape[0], model.Sites);
        if (rows == 0 || states.numel() != (long)rows * sites)
            throw new UserError($"{model.Name}: states of [{string.Join(", ", states.shape)}] are not configurations of {sites} spins. Give rows of that many.");
        Span<sbyte> spins = new sbyte[sites];
        var step = Math.Max(1, Chunk / sites);
        for (var start = 0; start < rows; start += step)
        {
            using var scope = NewDisposeScope();
            var some = states.narrow(0, start, Math.Min(step, rows - start)).detach().to(ScalarType.Float32, CPU).contiguous();
            var values = MemoryMarshal.Cast<byte, float>(some.bytes);
            for (var row = 0; row < values.Length / sites; row++)
            {
                Read(model, values.Slice(row * sites, sites), spins, start + row);
                energies[start + row] = IsingLattice.EnergyOf(spins, model);
                magnetisations[start + row] = IsingLattice.MagnetisationOf(spins);
            }
        }
    }

    private static void Read(IsingOptions model, ReadOnlySpan<float> values, Span<sbyte> spins, int row)
    {
        for (var site = 0; site < spins.Length; site++)
        {
            spins[site] = values[site] switch
            {
                1 => 1,
                0 or -1 => -1,
                var other => throw Grey(model.Name, row, other),
            };
        }
    }

    private static UserError Grey(string name, int row, float value) => new(FormattableString.Invariant(
        $"{name}: a spin of configuration {row} is {value}, neither up nor down. Draw states of units that are 0 or 1."));

    private static SeriesMean Scale(SeriesMean figure, double by) =>
        figure with { Mean = figure.Mean * by, StandardError = figure.StandardError * by };
}
