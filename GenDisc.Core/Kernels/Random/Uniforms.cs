using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GenDisc.Core.Kernels.Random;

/// <summary>
/// The draws of one block: eight generators xoshiro128++ (Blackman and Vigna 2021, Scrambled linear pseudorandom number
/// generators) side by side, draw i from generator i mod 8. Their states are Philox of (block, generator), hence all
/// different for a key; two of them meet within a block's 512 steps with a chance of about 2⁻¹¹³.
/// </summary>
internal struct Uniforms
{
    private Vector256<uint> s0;
    private Vector256<uint> s1;
    private Vector256<uint> s2;
    private Vector256<uint> s3;

    /// <summary>Generators in given states.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Uniforms(Vector256<uint> s0, Vector256<uint> s1, Vector256<uint> s2, Vector256<uint> s3) =>
        (this.s0, this.s1, this.s2, this.s3) = (s0, s1, s2, s3);

    /// <remarks>Inlined, so that the states live in registers.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Uniforms Of(ulong key, ulong block)
    {
        Seed(key, block, out var s0, out var s1, out var s2, out var s3);
        return new(s0, s1, s2, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<uint> NextBits()
    {
        var result = RotateLeft(s0 + s3, 7) + s0;
        var t = s1 << 9;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = RotateLeft(s3, 11);
        return result;
    }

    /// <summary>
    /// (k + ½) 2⁻²³ with k uniform in [0, 2²³): strictly between 0 and 1 and symmetric, so that an event of probability
    /// 0 never and one of probability 1 always comes. Probabilities are met to 2⁻²⁴.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Next()
    {
        // In [1, 2) by the bits of the mantissa, then moved; both steps are exact.
        var fromOne = ((NextBits() >> 9) | Vector256.Create(0x3F800000u)).AsSingle();
        return fromOne - Vector256.Create(1 - (1f / (1 << 24)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateLeft(Vector256<uint> value, int by) => (value << by) | (value >>> (32 - by));

    private static void Seed(
        ulong key,
        ulong block,
        out Vector256<uint> s0,
        out Vector256<uint> s1,
        out Vector256<uint> s2,
        out Vector256<uint> s3)
    {
        (s0, s1, s2, s3) = (default, default, default, default);
        for (var lane = 0; lane < Vector256<uint>.Count; lane++)
        {
            var (a, b, c, d) = Philox.Mix(key, (uint)block, (uint)(block >> 32), (uint)lane, 0);
            if ((a | b | c | d) == 0) d = 1; // a state of zeros would stay so
            s0 = s0.WithElement(lane, a);
            s1 = s1.WithElement(lane, b);
            s2 = s2.WithElement(lane, c);
            s3 = s3.WithElement(lane, d);
        }
    }
}
