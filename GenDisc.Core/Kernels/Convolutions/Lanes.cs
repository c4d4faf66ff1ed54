namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>Vectors of eight float32.</summary>
internal static class Lanes
{
    public const int Count = 8;

    /// <summary>Up to whole vectors.</summary>
    public static int RoundUp(int n) => (n + Count - 1) / Count * Count;
}
