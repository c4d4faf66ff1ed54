using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Training;
using TorchSharp.Modules;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>One step of an optimiser on all parameters of a model.</summary>
public abstract class ParameterUpdate : IDisposable
{
    private readonly Parameter[] parameters;

    private protected ParameterUpdate(IReadOnlyList<Parameter> parameters) => this.parameters = [.. parameters];

    private protected ReadOnlySpan<Parameter> Parameters => parameters;

    /// <param name="options">The optimiser.</param>
    /// <param name="parameters">What it changes; owned by the caller.</param>
    /// <param name="kernels">
    /// Whether a kernel may take the place of tensor operations. It does where it can take every parameter, and then
    /// agrees with them to rounding.
    /// </param>
    public static ParameterUpdate For(OptimiserOptions options, IReadOnlyList<Parameter> parameters, bool kernels) =>
        kernels && FusedUpdate.Fits(parameters)
            ? new FusedUpdate(options, parameters)
            : new TensorUpdate(options, parameters);

    /// <summary>√Σ g² over all gradients, summed in double precision; 0 where there is none.</summary>
    /// <exception cref="InvalidOperationException">A gradient has not the shape of its parameter.</exception>
    public abstract double GradientNorm();

    /// <summary>
    /// Moves every parameter that has a gradient, then drops the gradients: the next backward pass hands over its own
    /// buffers instead of adding to the old ones. A parameter without a gradient keeps its value and its state.
    /// </summary>
    /// <param name="rate">Learning rate of this step.</param>
    /// <param name="gradientScale">Gradients count times this.</param>
    /// <exception cref="InvalidOperationException">As <see cref="GradientNorm"/>.</exception>
    public abstract void Step(double rate, double gradientScale);

    public void DropGradients()
    {
        foreach (var parameter in parameters) LibTorch.SetGradient(parameter.Handle, 0);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back the optimiser's state.</summary>
    /// <param name="disposing">False in a finaliser.</param>
    protected abstract void Dispose(bool disposing);
}
