using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Energy;

/// <summary>
/// Where chains of Langevin dynamics stay between batches (Du and Mordatch 2019, algorithm 1), on the CPU. It starts full
/// of random starts. It is no part of the model's file: 10,000 images of 28 × 28 take 31 MB, and a model that is loaded
/// again finds its chains by running new ones.
/// </summary>
public sealed class ReplayBuffer : IDisposable
{
    private readonly RandomStream stream;
    private readonly Generator starts;
    private readonly bool unitInterval;
    private readonly double reinitialise;
    private readonly Tensor chains;
    private readonly int[] order;
    private readonly int[] ages;

    /// <param name="shape">Of an example.</param>
    /// <param name="options">Its size, and how chains start.</param>
    /// <param name="stream">Draws places and starts; used by no one else from here on.</param>
    public ReplayBuffer(IReadOnlyList<int> shape, SgldOptions options, RandomStream stream)
    {
        this.stream = stream;
        TorchRuntime.Init();
        starts = new Generator(stream.NextUInt64() >> 1, CPU);
        (unitInterval, reinitialise) = (options.UnitInterval, options.Reinitialise);
        Capacity = options.BufferSize;
        chains = empty([Capacity, .. shape.Select(side => (long)side)]).DetachFromDisposeScope();
        order = [.. Enumerable.Range(0, Capacity)];
        ages = new int[Capacity];
        Refill();
    }

    /// <summary>Chains.</summary>
    public int Capacity { get; }

    /// <summary>Chains that have moved since they started.</summary>
    internal int Moved => ages.Count(age => age > 0);

    /// <summary>Starts every chain anew.</summary>
    public void Refill()
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        Start(chains);
        Array.Clear(ages);
    }

    /// <summary>Draws different chains for a batch; each starts anew with the chance of the options.</summary>
    /// <param name="places">Takes where they are kept; its length is how many.</param>
    /// <returns>`[places, …]`, a copy on the CPU that belongs to the caller's dispose scope.</returns>
    /// <exception cref="UserError">It holds fewer chains.</exception>
    public Tensor Draw(Span<long> places)
    {
        if (places.Length > Capacity)
            throw new UserError(
                $"the replay buffer holds {Capacity} chains, but a batch asks for {places.Length}.\n"
                + "Choose a larger buffer or a smaller batch.");
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        for (var i = 0; i < places.Length; i++)
        {
            var j = i + stream.NextInt(Capacity - i);
            (order[i], order[j]) = (order[j], order[i]);
            places[i] = order[i];
            if (stream.NextDouble() >= reinitialise) continue;
            using var chain = chains[order[i]];
            Start(chain);
            ages[order[i]] = 0;
        }

        return Rows(places).MoveToOuterDisposeScope();
    }

    /// <summary>Writes back where chains have got to.</summary>
    /// <param name="places">As <see cref="Draw"/> gave them.</param>
    /// <param name="states">`[places, …]`, on any device.</param>
    public void Keep(ReadOnlySpan<long> places, Tensor states)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        chains.index_copy_(0, tensor(places.ToArray()), states.detach().cpu());
        foreach (var place in places) ages[place]++;
    }

    /// <summary>The first chains that have moved, or the first of all where none has: the same until the next draw.</summary>
    /// <param name="most">At most so many.</param>
    /// <returns>`[n, …]`, a copy on the CPU that belongs to the caller's dispose scope.</returns>
    public Tensor First(int most)
    {
        var moved = Enumerable.Range(0, Capacity).Where(i => ages[i] > 0).Take(most).Select(i => (long)i).ToArray();
        return Rows(moved.Length > 0 ? moved : [.. Enumerable.Range(0, Math.Min(most, Capacity)).Select(i => (long)i)]);
    }

    /// <summary>The chains that have moved in most batches.</summary>
    /// <param name="most">At most so many.</param>
    /// <returns>`[n, …]`, a copy on the CPU that belongs to the caller's dispose scope.</returns>
    public Tensor Longest(int most) =>
        Rows([.. Enumerable.Range(0, Capacity).OrderByDescending(i => ages[i]).Take(most).Select(i => (long)i)]);

    public void Dispose()
    {
        chains.Dispose();
        starts.Dispose();
    }

    /// <summary>New starts.</summary>
    /// <param name="count">How many.</param>
    /// <returns>`[count, …]` on the CPU, in the caller's dispose scope.</returns>
    internal Tensor Starts(int count)
    {
        var states = empty([count, .. chains.shape[1..]]);
        Start(states);
        return states;
    }

    private void Start(Tensor states)
    {
        if (unitInterval) states.uniform_(0, 1, starts);
        else states.normal_(0, 1, starts);
    }

    private Tensor Rows(ReadOnlySpan<long> places)
    {
        using var index = tensor(places.ToArray());
        return chains.index_select(0, index);
    }
}
