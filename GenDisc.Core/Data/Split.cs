using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>Some examples of a dataset: rows <paramref name="Indices"/> of <paramref name="Data"/>, which is shared, not copied.</summary>
public sealed record Split(Dataset Data, ReadOnlyMemory<int> Indices)
{
    public int Count => Indices.Length;

    /// <summary>How many of its labels are known; of examples without classes none.</summary>
    public int Labelled
    {
        get
        {
            if (!Data.HidesLabels) return Data.Classes > 0 ? Count : 0;
            var labels = Data.Labels.Span;
            var known = 0;
            foreach (var row in Indices.Span)
                if (labels[row] != Dataset.Hidden) known++;
            return known;
        }
    }

    /// <summary>
    /// At most <paramref name="most"/> of the examples, drawn without replacement; all, in order and without a draw, where
    /// there are no more.
    /// </summary>
    public Split Sample(int most, RandomStream stream)
    {
        if (Count <= most) return this;
        var rows = Indices.ToArray();
        stream.Shuffle(rows.AsSpan());
        return this with { Indices = rows.AsMemory(0, most) };
    }

    /// <summary>The numbers of one example, pixels in [0, 1] as they are stored: grey ones are not drawn black or white.</summary>
    /// <param name="place">In <see cref="Indices"/>.</param>
    /// <param name="into">`[example size]`</param>
    public void Read(int place, Span<float> into) => Examples.Read(Data, Indices.Span[place], into);

    /// <summary>As <see cref="Read"/>, in an array of its own.</summary>
    public float[] Example(int place)
    {
        var example = new float[Data.ExampleSize];
        Read(place, example);
        return example;
    }

    /// <summary>
    /// At most <paramref name="most"/> of the examples, every class in proportion to within one example; all, without a
    /// draw, where there are no more. Indices ascend.
    /// </summary>
    public Split Stratified(int most, RandomStream stream)
    {
        if (Count <= most) return this;
        var labels = Data.Labels;
        var groups = Indices.ToArray()
            .GroupBy(i => Data.Classes > 0 ? labels.Span[i] : 0)
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray())
            .ToArray();
        var shares = Strata.Shares([.. groups.Select(group => group.Length)], (double)most / Count);
        return this with { Indices = Strata.Pick(groups, shares, stream) };
    }

    /// <summary>Every example of <paramref name="data"/>, in its order.</summary>
    public static Split All(Dataset data) => new(data, Enumerable.Range(0, data.Count).ToArray());
}
