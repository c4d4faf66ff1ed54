using GenDisc.Core.Data;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Augmentation;

/// <summary>Nearest examples by Euclidean distance, block by block as matrix products.</summary>
public static class NearestNeighbours
{
    private const int Rows = 512;
    private const int Block = 2048;

    /// <summary>
    /// The nearest example of <paramref name="among"/> for each of <paramref name="rows"/>: the one of least |b|² − 2 a·b in
    /// single precision, whose distance is then worked out in double precision.
    /// </summary>
    /// <param name="rows">Whose neighbours are sought.</param>
    /// <param name="among">Where they are sought, of equal size.</param>
    /// <param name="others">Whether an example that lies in both splits is left out of its own neighbours.</param>
    /// <returns>`[rows.Count]`</returns>
    /// <exception cref="ArgumentException">The examples are of another size.</exception>
    public static Neighbour[] Of(Split rows, Split among, bool others = false)
    {
        if (rows.Data.ExampleSize != among.Data.ExampleSize)
            throw new ArgumentException("neighbours are examples of one size", nameof(among));
        var best = new int[rows.Count];
        Array.Fill(best, -1);
        var least = new float[rows.Count];
        Array.Fill(least, float.PositiveInfinity);
        var own = others && ReferenceEquals(rows.Data, among.Data) ? OwnPlaces(rows, among) : null;
        using var outside = no_grad();
        using var scope = NewDisposeScope();
        using var centre = rows.Count == 0 ? zeros(rows.Data.ExampleSize) : Read(rows, 0, Math.Min(Rows, rows.Count)).mean([0L]);
        for (var start = 0; start < among.Count; start += Block)
        {
            using var pass = NewDisposeScope();
            // Numbers far from 0 would lose their differences in the product.
            var candidates = Read(among, start, Math.Min(Block, among.Count - start)).sub_(centre);
            var squares = candidates.square().sum(1);
            for (var first = 0; first < rows.Count; first += Rows)
                Compare(rows, first, centre, candidates, squares, start, own, best, least);
        }

        var found = new Neighbour[rows.Count];
        for (var i = 0; i < found.Length; i++)
            found[i] = new Neighbour(best[i], best[i] < 0 ? double.PositiveInfinity : Distance(rows, i, among, best[i]));
        return found;
    }

    private static void Compare(
        Split rows, int first, Tensor centre, Tensor candidates, Tensor squares, int start, int[]? own, int[] best, float[] least)
    {
        using var scope = NewDisposeScope();
        var some = Read(rows, first, Math.Min(Rows, rows.Count - first)).sub_(centre);
        var scores = squares - (2 * some.matmul(candidates.t()));
        var (count, width) = ((int)scores.size(0), (int)scores.size(1));
        if (own is not null)
        {
            for (var i = 0; i < count; i++)
            {
                var column = own[first + i] - start;
                if (column >= 0 && column < width) scores[i, column].fill_(float.PositiveInfinity);
            }
        }

        var (values, indices) = scores.min(1);
        var (value, index) = (values.data<float>(), indices.data<long>());
        for (var i = 0; i < count; i++)
        {
            if (!(value[i] < least[first + i])) continue;
            (least[first + i], best[first + i]) = (value[i], start + (int)index[i]);
        }
    }

    /// <summary>Examples as rows, `[count, size]`.</summary>
    private static Tensor Read(Split split, int first, int count)
    {
        var size = split.Data.ExampleSize;
        var values = new float[count * size];
        for (var i = 0; i < count; i++) split.Read(first + i, values.AsSpan(i * size, size));
        return tensor(values, [count, size]);
    }

    private static int[] OwnPlaces(Split rows, Split among)
    {
        var places = new Dictionary<int, int>(among.Count);
        for (var place = 0; place < among.Count; place++) places[among.Indices.Span[place]] = place;
        return Array.ConvertAll(rows.Indices.ToArray(), index => places.GetValueOrDefault(index, -1));
    }

    private static double Distance(Split a, int i, Split b, int j)
    {
        var (first, second) = (a.Example(i), b.Example(j));
        var total = 0.0;
        for (var k = 0; k < first.Length; k++)
        {
            var difference = (double)first[k] - second[k];
            total += difference * difference;
        }

        return Math.Sqrt(total);
    }
}
