using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// A stream that starts again with every pass over a split, so that figures of different epochs differ by the model
/// alone. A pass is known by its source of noise.
/// </summary>
internal sealed class EvaluationDraws(CounterStream stream)
{
    private Generator? pass;

    public CounterStream For(ModelOutput output)
    {
        if (output.Noise is null || !ReferenceEquals(output.Noise, pass)) stream.Position = 0;
        pass = output.Noise;
        return stream;
    }
}
