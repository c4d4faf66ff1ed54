namespace GenDisc.Core.Kernels.Random;

/// <summary>
/// Philox4x32-10 (Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3): for every key a bijection of 128-bit
/// counters that passes BigCrush. Here it seeds other generators.
/// </summary>
internal static class Philox
{
    private const int Rounds = 10;

    public static (uint A, uint B, uint C, uint D) Mix(ulong key, uint a, uint b, uint c, uint d)
    {
        uint low = (uint)key, high = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            ulong first = (ulong)a * 0xD2511F53, second = (ulong)c * 0xCD9E8D57;
            (a, b, c, d) = ((uint)(second >> 32) ^ b ^ low, (uint)second, (uint)(first >> 32) ^ d ^ high, (uint)first);
            low += 0x9E3779B9;
            high += 0xBB67AE85;
        }

        return (a, b, c, d);
    }
}
