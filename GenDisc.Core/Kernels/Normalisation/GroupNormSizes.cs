namespace GenDisc.Core.Kernels.Normalisation;

/// <summary>What a call of <see cref="GroupNormBlock"/> is about, apart from the numbers.</summary>
internal readonly record struct GroupNormSizes(int Batch, int Channels, int Height, int Width, int Groups, bool Silu)
{
    public int Pixels => Height * Width;

    /// <summary>Channels of a group.</summary>
    public int Members => Channels / Groups;

    /// <summary>Floats of an image.</summary>
    public nint Image => (nint)Pixels * Channels;
}
