using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>The parameters of a restricted machine whose units are all 0 or 1, for kernels.</summary>
/// <param name="Weight">`[hidden, visible]`</param>
/// <param name="VisibleBias">`[visible]`</param>
/// <param name="HiddenBias">`[hidden]`</param>
internal readonly record struct BinaryMachine(Tensor Weight, Tensor VisibleBias, Tensor HiddenBias)
{
    /// <summary>Whether kernels take these states: all float32 on the CPU in row-major order, at least one state.</summary>
    /// <param name="states">`[chains, visible]`</param>
    public bool Fits(Tensor states) =>
        Simd.Fits(Weight) && Simd.Fits(VisibleBias) && Simd.Fits(HiddenBias) && Simd.Fits(states)
        && states.dim() == 2 && states.size(0) > 0 && states.size(1) == Weight.size(1);
}
