using GenDisc.Core.Training.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>All states of some units in {0, 1}: state s has unit i on where bit i of s is set.</summary>
internal static class BitPatterns
{
    /// <summary>States of a block: products with them stay in a core's cache.</summary>
    private const int BlockBits = 8;

    /// <summary>Every state, in order, a block at a time; the caller must neither change nor keep a block.</summary>
    /// <param name="units">In [0, 30].</param>
    /// <returns>float64 `[states of the block, units]`</returns>
    public static IEnumerable<Tensor> Blocks(int units, Device device)
    {
        var low = Math.Min(units, BlockBits);
        var high = units - low;
        using var block = zeros(1L << low, units, float64, device);
        using (var pattern = All(low, device))
        using (var columns = block.narrow(1, 0, low))
            columns.copy_(pattern);
        for (var upper = 0; upper < 1 << high; upper++)
        {
            // Counting up changes two columns a block on average.
            for (var bit = 0; bit < high; bit++)
            {
                if (upper == 0 || ((upper ^ (upper - 1)) >> bit & 1) == 0) continue;
                using var column = block.select(1, low + bit);
                column.fill_(upper >> bit & 1);
            }

            yield return block;
        }
    }

    /// <summary>Every state at once.</summary>
    /// <returns>float64 `[2^units, units]`</returns>
    public static Tensor All(int units, Device device) => ExactBoltzmann.States(0, 1L << units, units, float64, device);
}
