using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// The examples of a split whose label is known, over and over: in a random order, then in another. What learns from
/// labels has some at every step, however few there are.
/// </summary>
public sealed class LabelledRows
{
    private readonly int[] rows;
    private readonly RandomStream stream;
    private int used;

    private LabelledRows(int[] rows, RandomStream stream)
    {
        this.rows = rows;
        this.stream = stream;
        used = rows.Length;
    }

    public int Count => rows.Length;

    /// <summary>Of a split that hides some labels but not all; null for any other.</summary>
    public static LabelledRows? Of(Split split, RandomStream stream)
    {
        if (!split.Data.HidesLabels) return null;
        var labels = split.Data.Labels;
        int[] known = [.. split.Indices.ToArray().Where(row => labels.Span[row] != Dataset.Hidden)];
        return known.Length == 0 || known.Length == split.Count ? null : new LabelledRows(known, stream);
    }

    /// <summary>The next so many; those that the order in hand has not left come from the next order.</summary>
    public void Next(Span<int> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            if (used == rows.Length)
            {
                stream.Shuffle<int>(rows);
                used = 0;
            }

            into[i] = rows[used++];
        }
    }
}
