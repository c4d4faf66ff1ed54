using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>How many examples of each class make a fair subset, and which.</summary>
internal static class Strata
{
    /// <summary>The first of so many classes that none of the labels names; -1 when each is named.</summary>
    public static int FirstAbsent(int classes, IEnumerable<int> labels)
    {
        var present = labels.ToHashSet();
        for (var c = 0; c < classes; c++)
        {
            if (!present.Contains(c)) return c;
        }

        return -1;
    }

    /// <summary>
    /// Shares of each class in round(fraction * total) examples by largest remainders: every share is its exact
    /// proportion rounded down or up.
    /// </summary>
    public static int[] Shares(int[] sizes, double fraction)
    {
        var shares = Array.ConvertAll(sizes, size => (int)Math.Floor(fraction * size));
        var missing = (int)Math.Round(fraction * sizes.Sum()) - shares.Sum();
        var byRemainder = Enumerable.Range(0, sizes.Length).OrderByDescending(c => (fraction * sizes[c]) - shares[c]);
        foreach (var c in byRemainder.Take(Math.Max(0, missing))) shares[c]++;
        return shares;
    }

    /// <summary>
    /// Shares of each class in <paramref name="wanted"/> examples such that no share shrinks as wanted grows, which
    /// largest remainders do not promise (the Alabama paradox): one example of each class, then the quota method of
    /// Balinski and Young 1975, which hands out examples one by one to the class of the largest size / (share + 1)
    /// among those whose share lies below their exact proportion.
    /// </summary>
    public static int[] Nested(int[] sizes, int wanted)
    {
        var total = (long)sizes.Sum();
        var shares = Array.ConvertAll(sizes, _ => 1);
        for (var given = sizes.Length + 1; given <= wanted; given++)
        {
            var best = -1;
            for (var c = 0; c < sizes.Length; c++)
            {
                if (shares[c] * total >= (long)given * sizes[c]) continue;
                if (best < 0 || (long)sizes[c] * (shares[best] + 1) > (long)sizes[best] * (shares[c] + 1)) best = c;
            }

            shares[best]++;
        }

        return shares;
    }

    /// <summary>The first so many of each shuffled group, ascending. Shuffles the groups in place.</summary>
    public static int[] Pick(int[][] groups, int[] counts, RandomStream stream)
    {
        var picked = new List<int>(counts.Sum());
        foreach (var (group, count) in groups.Zip(counts))
        {
            stream.Shuffle<int>(group);
            picked.AddRange(group.AsSpan(0, count));
        }

        picked.Sort();
        return [.. picked];
    }
}
