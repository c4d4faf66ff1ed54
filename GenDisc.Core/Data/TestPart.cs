using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>A part to test with, of data that come without one.</summary>
internal static class TestPart
{
    /// <summary>
    /// round(<paramref name="share"/> * <paramref name="count"/>) examples, ascending; with labels, of every class in
    /// proportion to within one example. The same ones for equal labels, whatever the experiment's seed.
    /// </summary>
    /// <param name="name">The data's, for the error.</param>
    /// <param name="count">Examples in all.</param>
    /// <param name="labels">The class of each; null without classes.</param>
    /// <param name="share">Above 0 and below 1.</param>
    /// <exception cref="UserError">The share is out of range, or leaves nothing on either side.</exception>
    public static int[] Choose(string name, int count, int[]? labels, double share)
    {
        var written = share.ToString(CultureInfo.InvariantCulture);
        if (!(share is > 0 and < 1)) throw new UserError($"{name}: the test share is {written}, but it must be above 0 and below 1.");
        var examples = Enumerable.Range(0, count);
        int[][] groups = labels is null
            ? [[.. examples]]
            : [.. examples.GroupBy(i => labels[i]).OrderBy(group => group.Key).Select(group => group.ToArray())];
        var test = Strata.Pick(groups, Strata.Shares([.. groups.Select(group => group.Length)], share), new RandomStream(0, "test"));
        return test.Length > 0 && test.Length < count
            ? test
            : throw new UserError(
                $"{name}: a test share of {written} of {count} examples leaves {count - test.Length} to train on "
                + $"and {test.Length} to test with. Choose another share.");
    }
}
