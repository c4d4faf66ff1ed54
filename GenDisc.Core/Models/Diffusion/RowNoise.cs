using System.Globalization;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion;

/// <summary>Standard normal numbers for rows of a dataset, those of each from a stream of its own.</summary>
internal sealed class RowNoise
{
    private readonly RandomStream[] streams;
    private readonly int size;

    /// <param name="name">Of the draws: those of different names are independent.</param>
    /// <param name="rows">Of the dataset.</param>
    /// <param name="size">Numbers of an example.</param>
    public RowNoise(string name, ReadOnlySpan<int> rows, int size)
    {
        this.size = size;
        streams = new RandomStream[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            streams[i] = new RandomStream(0, string.Create(CultureInfo.InvariantCulture, $"restoration/{name}/{rows[i]}"));
    }

    /// <summary>The next numbers of every row, float32.</summary>
    /// <param name="shape">`[rows, …]`</param>
    public Tensor Next(long[] shape, Device device)
    {
        var numbers = new float[streams.Length * size];
        for (var i = 0; i < streams.Length; i++)
        {
            var stream = streams[i];
            foreach (ref var number in numbers.AsSpan(i * size, size)) number = (float)stream.NextGaussian();
        }

        return tensor(numbers, shape, device: device);
    }
}
