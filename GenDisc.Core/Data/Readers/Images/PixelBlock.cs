namespace GenDisc.Core.Data.Readers.Images;

/// <summary>Pictures of one size, planes [channels, height, width] each, one after another.</summary>
/// <param name="Origin">SHA-256 of the names and contents of the files that they were decoded from.</param>
internal sealed record PixelBlock(int Count, int Channels, int Height, int Width, byte[] Bytes, byte[] Origin)
{
    public int Size => Channels * Height * Width;
}
