using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>
/// Whether samples have the structure of the data, or are noise. Of images and sequences: the mean absolute difference of neighbouring
/// values, over that of the same values in random places, which is 1 for noise. Of vectors: the mean distance to the nearest example
/// of the data; noise is normal with the data's mean and covariance.
/// </summary>
/// <param name="Samples">Of samples.</param>
/// <param name="Data">Of data.</param>
/// <param name="Noise">Of noise.</param>
public sealed record SampleStructure(double Samples, double Data, double Noise)
{
    /// <summary>Nearer to noise than to the data beyond this.</summary>
    public const double Most = 0.5;

    private const double Apart = 1.2;

    /// <summary>Whether the data can be told from noise by it.</summary>
    public bool Tells => Noise > Apart * Data;

    /// <summary>0 like the data, 1 like noise.</summary>
    public double Noisiness => (Samples - Data) / (Noise - Data);

    public bool LooksLikeNoise => Tells && !(Noisiness <= Most);

    /// <param name="samples">float32 `[n, …]`, at least 2, all finite.</param>
    /// <param name="data">float32 `[m, …]`, at least 4.</param>
    /// <param name="draws">Draws places, or noise.</param>
    public static SampleStructure Of(Tensor samples, Tensor data, Generator draws)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        if (data.dim() > 2) return new SampleStructure(Roughness(samples, draws), Roughness(data, draws), 1);
        var (known, others) = (data.narrow(0, 0, data.size(0) / 2), data.narrow(0, data.size(0) / 2, data.size(0) - (data.size(0) / 2)));
        var deviations = data - data.mean([0], keepdim: true);
        // weights of examples, so that no covariance need be inverted or factorised
        var weights = randn([samples.size(0), data.size(0)], device: data.device, generator: draws) / Math.Sqrt(data.size(0));
        var noise = data.mean([0], keepdim: true) + weights.matmul(deviations);
        return new SampleStructure(Nearest(samples, known), Nearest(others, known), Nearest(noise, known));
    }

    private static double Nearest(Tensor from, Tensor to) => cdist(from, to).amin(1).mean().ToDouble();

    /// <param name="x">`[n, channels, height, width]` or `[n, time, features]`</param>
    private static double Roughness(Tensor x, Generator draws)
    {
        // values change places within an example, channels or features stay together
        var (isImage, n) = (x.dim() == 4, x.size(0));
        var places = isImage ? x.flatten(2) : x.transpose(1, 2);
        var order = rand([n, 1, places.size(2)], device: x.device, generator: draws).argsort(2).expand(places.shape);
        var mixed = places.gather(2, order);
        var moved = isImage ? mixed.view(x.shape) : mixed.transpose(1, 2);
        return Steps(x) / Math.Max(Steps(moved), double.Epsilon);

        double Steps(Tensor values)
        {
            if (!isImage) return values.diff(dim: 1).abs().mean().ToDouble();
            return (values.diff(dim: 2).abs().mean() + values.diff(dim: 3).abs().mean()).ToDouble();
        }
    }
}
