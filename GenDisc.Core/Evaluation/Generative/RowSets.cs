using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Generative;

/// <summary>What distances between two sets of rows ask of them.</summary>
internal static class RowSets
{
    /// <param name="first">`[n, d]`, n ≥ 2</param>
    /// <param name="second">`[m, d]`, m ≥ 2</param>
    /// <param name="what">Is measured.</param>
    /// <exception cref="ArgumentException">There are fewer rows, or of another width.</exception>
    public static void Check(Tensor first, Tensor second, string what)
    {
        if (first.dim() != 2 || second.dim() != 2 || first.size(1) != second.size(1))
            throw new ArgumentException($"{what} is between rows of one width", nameof(second));
        if (first.size(0) < 2 || second.size(0) < 2)
            throw new ArgumentException($"{what} needs at least two rows of each set", nameof(first));
    }
}
