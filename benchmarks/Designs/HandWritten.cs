using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Benchmarks;

/// <summary>A model as a TorchSharp user would write it by hand, with the way it learns.</summary>
internal abstract class HandWritten(string name) : Module(name)
{
    /// <summary>One update. Tensors belong to the caller's dispose scope.</summary>
    /// <returns>A figure to watch: the mean over the batch, before the update.</returns>
    public abstract double Learn(Tensor images, Tensor labels);
}
