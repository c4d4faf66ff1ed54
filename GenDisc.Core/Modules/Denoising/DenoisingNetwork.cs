using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>A network that looks at a noisy example and is told how noisy it is.</summary>
public abstract class DenoisingNetwork(string name) : Module(name)
{
    /// <summary>What it makes of noisy examples, in their shape. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="x">float32 `[batch, …]`, about unit variance.</param>
    /// <param name="time">float32 `[batch]` in (0, 1]: 0 is clean, 1 is noise alone.</param>
    /// <param name="labels">
    /// int64 `[batch]` in [0, classes], where the number of classes stands for "not told"; null where it is never told.
    /// </param>
    public abstract Tensor Predict(Tensor x, Tensor time, Tensor? labels);
}
