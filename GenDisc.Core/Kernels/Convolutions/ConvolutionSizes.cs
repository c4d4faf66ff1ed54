namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>What a call of <see cref="ConvolutionBlock"/> is about, apart from the numbers.</summary>
internal readonly record struct ConvolutionSizes(
    int Batch,
    int Inputs,
    int Height,
    int Width,
    int Outputs,
    bool InputChannelsLast,
    bool Transposed,
    bool Relu,
    bool Pool)
{
    public Activation Activation => new(Outputs, Width, Relu, Pool);

    public int OutputHeight => Pool ? Height / 2 : Height;

    public int OutputWidth => Pool ? Width / 2 : Width;
}
