using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules.Denoising;

/// <summary>
/// Time, and the class where there are any, as one vector: sinusoids of 1,000 t at geometrically spaced frequencies
/// (Vaswani et al. 2017, §3.5; Ho et al. 2020, appendix B) through two affine layers with SiLU, plus a learned vector for
/// each class and one for "not told" (Ho and Salimans 2021). It ends with SiLU, ready for an affine map in each block.
/// </summary>
public sealed class TimeEmbedding : Module
{
    private const double Slowest = 1e-4;
    private readonly Affine first;
    private readonly Affine second;
    private readonly TorchSharp.Modules.Parameter? classVectors;
    private readonly Tensor frequencies;

    /// <param name="size">Of the vector; even.</param>
    /// <param name="classes">0: the class is never told.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="kernels">Whether hand-written kernels may be used.</param>
    public TimeEmbedding(int size, int classes, RandomStream init, bool kernels = true)
        : base(nameof(TimeEmbedding))
    {
        var half = size / 2;
        first = new Affine(2 * half, size, init, kernels);
        second = new Affine(size, size, init, kernels);
        classVectors = classes > 0 ? Initialise.FanIn(init, size, classes + 1, size) : null;
        RegisterComponents();
        frequencies = tensor([.. Enumerable.Range(0, half).Select(i => (float)(1000 * Math.Pow(Slowest, (double)i / half)))]);
        register_buffer(nameof(frequencies), frequencies, persistent: false);
    }

    /// <param name="time">float32 `[batch]`</param>
    /// <param name="labels">int64 `[batch]`, or null.</param>
    /// <returns>`[batch, size]`</returns>
    public Tensor Of(Tensor time, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        var angles = time.unsqueeze(1) * frequencies;
        var vector = second.call(functional.silu(first.call(cat([angles.sin(), angles.cos()], 1))));
        if (classVectors is not null && labels is not null) vector = vector + classVectors.index_select(0, labels);
        return functional.silu(vector).MoveToOuterDisposeScope();
    }
}
