using GenDisc.Core.Data;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Augmentation;

/// <summary>
/// Whether generated examples lie closer to those that their generator learnt from than to others of the same kind (the
/// data-copying test of Meehan, Chaudhuri and Dasgupta 2020, told as a share).
/// </summary>
/// <param name="Generated">Those that were looked at.</param>
/// <param name="Equal">Examples of each of the two parts of equal size that <paramref name="Closer"/> compares.</param>
/// <param name="Closer">
/// Share of generated examples that are closer to the training part than to the held-out part, at equal sizes, ties
/// counting half: 1/2 where nothing is memorised, up to chance; NaN without a held-out part.
/// </param>
/// <param name="ToTraining">Distances to the nearest of the training part at that size.</param>
/// <param name="ToHeldOut">Distances to the nearest of the held-out part at that size.</param>
/// <param name="Threshold">
/// The distance that one in a hundred training examples is within of its nearest other training example; 0 where
/// there is no other.
/// </param>
/// <param name="Nearest">For each generated example the nearest of the whole training part.</param>
public sealed record Memorisation(
    Split Generated,
    int Equal,
    double Closer,
    double[] ToTraining,
    double[] ToHeldOut,
    double Threshold,
    Neighbour[] Nearest)
{
    private const double Rare = 0.01;

    /// <summary>Share of generated examples within <see cref="Threshold"/> of a training example, exact copies among them.</summary>
    public double Copies => ShareWithin(Nearest.Select(n => n.Distance));

    /// <summary>Generated examples that are training examples, number for number.</summary>
    public int ExactCopies => Nearest.Count(n => n.Distance == 0);

    /// <summary>Share of distances that are at most <see cref="Threshold"/>; NaN of none.</summary>
    public double ShareWithin(IEnumerable<double> distances)
    {
        var all = distances.ToArray();
        return all.Length == 0 ? double.NaN : (double)all.Count(d => d <= Threshold) / all.Length;
    }

    /// <summary>Places in <see cref="Generated"/> of those closest to the training part, the closest first.</summary>
    public int[] Closest(int count) =>
        [.. Enumerable.Range(0, Nearest.Length).OrderBy(i => Nearest[i].Distance).ThenBy(i => i).Take(count)];

    /// <param name="generated">At least one example.</param>
    /// <param name="training">What the generator learnt from, at least one example.</param>
    /// <param name="heldOut">Others of the same kind, which it did not see; may be empty.</param>
    /// <param name="stream">Chooses the examples that are looked at.</param>
    /// <param name="most">Generated and training examples whose neighbours are sought.</param>
    public static Memorisation Of(Split generated, Split training, Split heldOut, RandomStream stream, int most = 500)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var some = generated.Sample(most, stream);
        var equal = Math.Min(training.Count, heldOut.Count);
        var toTraining = Distances(NearestNeighbours.Of(some, training.Sample(equal, stream)));
        var toHeldOut = Distances(NearestNeighbours.Of(some, heldOut.Sample(equal, stream)));
        var within = Distances(NearestNeighbours.Of(training.Sample(most, stream), training, others: true));
        return new Memorisation(
            some,
            equal,
            equal == 0 ? double.NaN : ShareCloser(toTraining, toHeldOut),
            equal == 0 ? [] : toTraining,
            equal == 0 ? [] : toHeldOut,
            ThresholdOf(within),
            NearestNeighbours.Of(some, training));
    }

    private static double[] Distances(Neighbour[] found) => Array.ConvertAll(found, n => n.Distance);

    private static double ShareCloser(double[] near, double[] far)
    {
        var closer = 0.0;
        for (var i = 0; i < near.Length; i++) closer += near[i] < far[i] ? 1 : near[i] == far[i] ? 0.5 : 0;
        return closer / near.Length;
    }

    private static double ThresholdOf(double[] distances)
    {
        var finite = distances.Where(double.IsFinite).Order().ToArray();
        return finite.Length == 0 ? 0 : finite[Math.Max(0, (int)Math.Ceiling(Rare * finite.Length) - 1)];
    }
}
