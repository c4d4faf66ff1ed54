using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>Goes along while examples are drawn.</summary>
public interface ISamplingWatch
{
    /// <summary>After each move. Tensors stay the sampler's.</summary>
    /// <param name="done">Moves so far, from 1.</param>
    /// <param name="count">Moves in all.</param>
    /// <param name="step">t that <paramref name="x"/> stands at; 0 after the last.</param>
    /// <param name="x">x_t, `[batch, …]`</param>
    /// <param name="data">The estimate of x₀ that the move was made by, `[batch, …]`</param>
    /// <returns>What to go on from: <paramref name="x"/> itself, or a tensor in its place.</returns>
    Tensor Moved(int done, int count, int step, Tensor x, Tensor data);
}
