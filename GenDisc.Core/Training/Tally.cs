namespace GenDisc.Core.Training;

/// <summary>Running means over examples, by name.</summary>
public sealed class Tally
{
    private readonly Dictionary<string, double> sums = [];
    private readonly Dictionary<string, long> counts = [];

    /// <summary>Adds <paramref name="count"/> examples whose values add up to <paramref name="sum"/>.</summary>
    public void Add(string name, double sum, long count)
    {
        sums[name] = sums.GetValueOrDefault(name) + sum;
        counts[name] = counts.GetValueOrDefault(name) + count;
    }

    /// <summary>Adds all that another has.</summary>
    public void Add(Tally other)
    {
        foreach (var (name, sum) in other.sums) Add(name, sum, other.counts[name]);
    }

    public void Clear()
    {
        sums.Clear();
        counts.Clear();
    }

    /// <summary>The means so far, with `elbo` = −(reconstruction + kl) where both are known.</summary>
    public SortedDictionary<string, double> Means()
    {
        var means = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, sum) in sums) means[name] = sum / counts[name];
        if (means.TryGetValue("reconstruction", out var reconstruction) && means.TryGetValue("kl", out var kl))
            means["elbo"] = -(reconstruction + kl);
        return means;
    }
}
