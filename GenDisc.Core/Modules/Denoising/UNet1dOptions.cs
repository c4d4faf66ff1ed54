namespace GenDisc.Core.Modules.Denoising;

/// <summary>What a <see cref="UNet1d"/> is about.</summary>
/// <param name="Steps">Of a sequence, at least 1.</param>
/// <param name="Features">Of a step.</param>
/// <param name="Base">Channels of the first level, a multiple of 8.</param>
/// <param name="Attention">Whether the steps of the lowest resolution look at each other.</param>
/// <param name="Classes">0: the class is never told.</param>
public sealed record UNet1dOptions(int Steps, int Features, int Base, bool Attention, int Classes);
