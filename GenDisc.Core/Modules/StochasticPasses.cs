using static TorchSharp.torch;

namespace GenDisc.Core.Modules;

/// <summary>
/// The thinned networks that a model with Monte-Carlo dropout averages over. Each pass is one draw of the weights for
/// every example, and the draws of a round are those of every other round, so that a prediction depends on nothing but
/// the model and the example. A model and its <see cref="McDropout"/> modules share one.
/// </summary>
public sealed class StochasticPasses : IDisposable
{
    private readonly long seed;

    /// <param name="count">Passes of a round, at least 1.</param>
    /// <param name="seed">Of the masks.</param>
    /// <param name="device">Of the model.</param>
    public StochasticPasses(int count, long seed, Device device)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        this.seed = seed;
        Generator = new Generator((ulong)seed, device);
    }

    public int Count { get; }

    /// <summary>Whether modules out of training draw masks; else they are the identity.</summary>
    internal bool Drawing { get; private set; }

    internal Generator Generator { get; }

    public void Dispose() => Generator.Dispose();

    /// <summary>From here to <see cref="End"/> modules draw the masks of a round, from its first.</summary>
    internal void Begin()
    {
        Generator.manual_seed(seed);
        Drawing = true;
    }

    internal void End() => Drawing = false;
}
