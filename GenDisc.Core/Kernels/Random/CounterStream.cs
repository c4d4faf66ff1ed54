using GenDisc.Core.Runtime;

namespace GenDisc.Core.Kernels.Random;

/// <summary>
/// A named stream of random numbers that kernels draw from side by side: block i of the stream is a function of
/// (seed, name, i) alone, see <see cref="Uniforms"/>. A call takes as many whole blocks as it needs, so the draws depend
/// neither on the number of threads nor on how a tensor is cut over calls in whole blocks.
/// </summary>
public sealed class CounterStream(long seed, string name)
{
    /// <summary>Draws of a block.</summary>
    public const int BlockSize = 4096;

    public ulong Key { get; } = new RandomStream(seed, name).NextUInt64();

    /// <summary>The next block. To be saved, and set again to go on from there.</summary>
    public ulong Position { get; set; }

    /// <summary>Another stream, independent of this one, at its start: a function of this stream's key and the name.</summary>
    public CounterStream Derive(string name) => new(unchecked((long)Key), name);

    /// <summary>How many blocks hold <paramref name="draws"/>.</summary>
    public static int BlocksOf(long draws) => checked((int)((draws + BlockSize - 1) / BlockSize));

    /// <summary>Takes the blocks for <paramref name="draws"/>.</summary>
    /// <returns>The first of them.</returns>
    public ulong Take(long draws)
    {
        var first = Position;
        Position += (ulong)BlocksOf(draws);
        return first;
    }
}
