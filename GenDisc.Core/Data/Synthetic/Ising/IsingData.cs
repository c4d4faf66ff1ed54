using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>
/// Configurations of Ising's model as images `[1, L, L]`: 255 for a spin up and 0 for one down, so that batches hold 1 and 0.
/// The class is the sign of the magnetisation. All users have the same configurations.
/// </summary>
public static class IsingData
{
    public const int TrainCount = 20_000;
    public const int TestCount = 5_000;

    /// <summary>Side up to which there are that many; larger lattices have fewer, in inverse proportion to their sites.</summary>
    public const int FullSize = 32;

    /// <summary>Chains that the training part comes from one after the other; the test part has one of its own.</summary>
    private const int TrainChains = 4;

    /// <summary>Names of the classes: M below 0; M at least 0.</summary>
    public static ImmutableArray<string> ClassNames { get; } = ["down", "up"];

    /// <param name="size">L, 2 to 256.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="coupling">J.</param>
    /// <param name="field">h.</param>
    /// <param name="algorithm">To draw with.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserError">
    /// A number is out of range, the algorithm does not fit, or the model moves too slowly to be drawn from.
    /// </exception>
    /// <exception cref="OperationCanceledException"/>
    public static LoadedData Load(
        int size,
        double temperature,
        double coupling = 1,
        double field = 0,
        IsingAlgorithm algorithm = IsingAlgorithm.Automatic,
        CancellationToken cancel = default)
    {
        var options = new IsingOptions(size, temperature, coupling, field);
        options.Check();
        var perChain = CountOf(TrainCount, options) / TrainChains;
        var draws = new IsingDraws[TrainChains + 1];
        var failures = new UserError?[draws.Length];
        Parallel.For(0, draws.Length, new ParallelOptions { CancellationToken = cancel }, chain =>
        {
            var (part, count) = chain < TrainChains ? ($"train/{chain}", perChain) : ("test", CountOf(TestCount, options));
            var stream = new RandomStream(Generated.Seed, $"{options.Name}/{part}");
            try
            {
                draws[chain] = IsingSampler.Sample(options, count, stream, algorithm, cancel);
            }
            catch (UserError e)
            {
                failures[chain] = e;
            }
        });
        if (Array.Find(failures, failure => failure is not null) is { } first) throw first;
        return Generated.Load(ToDataset(options, draws[..TrainChains]), ToDataset(options, draws[TrainChains..]));
    }

    /// <summary>How many of <paramref name="count"/> examples there are of a lattice.</summary>
    internal static int CountOf(int count, IsingOptions options) =>
        (int)Math.Min(count, (long)count * FullSize * FullSize / options.Sites);

    private static Dataset ToDataset(IsingOptions options, IsingDraws[] chains)
    {
        var pixels = new byte[chains.Sum(draws => draws.Spins.Length)];
        var labels = new int[chains.Sum(draws => draws.Count)];
        var (pixel, label) = (0, 0);
        foreach (var draws in chains)
        {
            foreach (var spin in draws.Spins) pixels[pixel++] = spin > 0 ? byte.MaxValue : (byte)0;
            foreach (var m in draws.Magnetisations) labels[label++] = m >= 0 ? 1 : 0;
        }

        return Dataset.OfPixels(options.Name, [1, options.Size, options.Size], pixels, labels, ClassNames);
    }
}
