using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>
/// The parameters of a restricted machine with classes, whose other units are all 0 or 1, for kernels. Its states are
/// visible units, then one unit for each class, of which one is on.
/// </summary>
/// <param name="Weight">W, `[hidden, visible]`.</param>
/// <param name="VisibleBias">b, `[visible]`.</param>
/// <param name="HiddenBias">c, `[hidden]`.</param>
/// <param name="ClassWeight">U, `[hidden, classes]`.</param>
/// <param name="ClassBias">d, `[classes]`.</param>
internal readonly record struct JointMachine(
    Tensor Weight, Tensor VisibleBias, Tensor HiddenBias, Tensor ClassWeight, Tensor ClassBias)
{
    /// <summary>Whether kernels take these states: all float32 on the CPU in row-major order, at least one state.</summary>
    /// <param name="states">`[chains, visible + classes]`</param>
    public bool Fits(Tensor states) =>
        FitsParameters() && Simd.Fits(states) && states.dim() == 2 && states.size(0) > 0
        && states.size(1) == Weight.size(1) + ClassBias.size(0);

    /// <summary>Whether kernels take these data and labels of int64.</summary>
    /// <param name="visible">`[batch, visible]`</param>
    /// <param name="labels">`[batch]`</param>
    public bool Fits(Tensor visible, Tensor labels) =>
        FitsParameters() && Simd.Fits(visible) && visible.dim() == 2 && visible.size(0) > 0
        && visible.size(1) == Weight.size(1)
        && labels.dtype == ScalarType.Int64 && labels.device_type == DeviceType.CPU && labels.is_contiguous()
        && labels.dim() == 1 && labels.size(0) == visible.size(0);

    private bool FitsParameters() =>
        Simd.Fits(Weight) && Simd.Fits(VisibleBias) && Simd.Fits(HiddenBias) && Simd.Fits(ClassWeight) && Simd.Fits(ClassBias);
}
