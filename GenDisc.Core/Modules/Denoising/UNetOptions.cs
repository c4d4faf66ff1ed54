namespace GenDisc.Core.Modules.Denoising;

/// <summary>What a <see cref="UNet"/> is about.</summary>
/// <param name="Channels">Of an image.</param>
/// <param name="Height">Pixels, at least 1.</param>
/// <param name="Width">Pixels, at least 1.</param>
/// <param name="Base">Channels of the first level, a multiple of 8.</param>
/// <param name="Attention">Whether the pixels of the lowest resolution look at each other.</param>
/// <param name="Classes">0: the class is never told.</param>
public sealed record UNetOptions(int Channels, int Height, int Width, int Base, bool Attention, int Classes);
