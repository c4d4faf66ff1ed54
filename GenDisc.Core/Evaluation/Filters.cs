using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>Weights that see the pixels themselves, as pictures.</summary>
public static class Filters
{
    /// <summary>
    /// The first learned layer's filters: rows of a matrix that takes in the whole flattened image, in the shape of the
    /// image, of a general Boltzmann machine those from visible to hidden units, or kernels of a convolution over one or
    /// three channels. Each is stretched to [0, 1] by itself; a filter without contrast is ½.
    /// </summary>
    /// <param name="exampleShape">Of the data; images are [channels, height, width].</param>
    /// <param name="most">At most so many filters.</param>
    /// <returns>
    /// `[filters][channels·height·width]` and the sides of a filter; no filters, and sides 0, when the data are not
    /// images of one or three channels or the first layer does not see their pixels.
    /// </returns>
    public static (float[][] Images, int Height, int Width, int Channels) FirstLayer(
        HybridModel model, IReadOnlyList<int> exampleShape, int most = 64)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        if (exampleShape is not [1 or 3, _, _]) return ([], 0, 0, 0);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var weight = FirstWeight(model);
        var (channels, height, width) = (exampleShape[0], exampleShape[1], exampleShape[2]);
        switch (weight?.shape)
        {
            case [_, var inputs] when inputs == channels * height * width:
                return (Stretched(weight, most), height, width, channels);
            case [_, var inputs, var rows, var columns] when inputs == channels:
                return (Stretched(weight, most), (int)rows, (int)columns, channels);
            default:
                return ([], 0, 0, 0);
        }
    }

    private static Tensor? FirstWeight(HybridModel model)
    {
        foreach (var stage in model.children())
        {
            if (stage is BoltzmannMachine machine) return machine.Weight;
            // Parameters come in the order of the layers; biases and normalisations are vectors.
            if (stage.parameters().FirstOrDefault(p => p.dim() >= 2) is { } weight) return weight;
        }

        return null;
    }

    private static float[][] Stretched(Tensor weight, int most)
    {
        var flat = weight.narrow(0, 0, Math.Min(most, weight.size(0))).flatten(1).to(float32).cpu().contiguous();
        return [.. flat.data<float>().ToArray().Chunk((int)flat.size(1)).Select(Stretch)];
    }

    private static float[] Stretch(float[] filter)
    {
        var (low, high) = (filter.Min(), filter.Max());
        return Array.ConvertAll(filter, w => high > low ? (w - low) / (high - low) : 0.5f);
    }
}
