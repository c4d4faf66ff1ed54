namespace GenDisc.Core.Data;

/// <summary>Some examples of a dataset: rows <paramref name="Indices"/> of <paramref name="Data"/>, which is shared, not copied.</summary>
public sealed record Split(Dataset Data, ReadOnlyMemory<int> Indices)
{
    public int Count => Indices.Length;

    /// <summary>Every example of <paramref name="data"/>, in its order.</summary>
    public static Split All(Dataset data) => new(data, Enumerable.Range(0, data.Count).ToArray());
}
