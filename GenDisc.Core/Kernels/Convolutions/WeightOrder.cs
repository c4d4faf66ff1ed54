namespace GenDisc.Core.Kernels.Convolutions;

/// <summary>
/// Where the weight from input channel i to output channel o at a tap (3·ky + kx) of a 3×3 correlation lies:
/// o·<see cref="Output"/> + i·<see cref="Input"/> + the tap, counted from the end where <see cref="Mirrored"/>.
/// </summary>
internal readonly record struct WeightOrder(int Output, int Input, bool Mirrored)
{
    public const int Taps = 9;

    /// <summary>
    /// Of a convolution's `[out, in, 3, 3]`, or of a transposed one's `[in, out, 3, 3]`, which with padding 1 is the
    /// correlation with the mirrored kernel.
    /// </summary>
    public static WeightOrder Of(int inputs, int outputs, bool transposed) => transposed
        ? new(Taps, outputs * Taps, true)
        : new(inputs * Taps, Taps, false);

    /// <summary>Of the correlation that takes the gradient of the output to that of the input.</summary>
    public WeightOrder Adjoint() => new(Input, Output, !Mirrored);

    public nint At(int output, int input, int tap) =>
        ((nint)output * Output) + ((nint)input * Input) + (Mirrored ? Taps - 1 - tap : tap);
}
