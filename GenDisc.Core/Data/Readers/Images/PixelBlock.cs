namespace GenDisc.Core.Data.Readers.Images;

/// <summary>Pictures of one size, planes [channels, height, width] each, one after another.</summary>
internal sealed record PixelBlock(int Count, int Channels, int Height, int Width, byte[] Bytes)
{
    public int Size => Channels * Height * Width;
}
