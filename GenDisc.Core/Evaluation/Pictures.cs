using GenDisc.Core.Data;
using GenDisc.Core.Models;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>What a trained model shows of itself, as plain arrays ready to be drawn.</summary>
public static class Pictures
{
    /// <summary>E[x|z] for draws z ~ N(0, I) from the prior.</summary>
    /// <returns>`[count][example size]`, row-major in the shape of the data.</returns>
    public static float[][] PriorSamples(HybridModel model, int count, Generator noise, Device device)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        var latent = model.Bottleneck!.Options.Latent;
        return Rows(model.Decode(randn([count, latent], device: device, generator: noise)));
    }

    /// <summary>Examples and E[x|z] at the mean of q(z|x).</summary>
    public static (float[][] Originals, float[][] Reconstructions) Reconstructions(HybridModel model, Batch batch, Generator noise)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        var output = model.ForwardBatch(batch, noise);
        return (Rows(batch.X), Rows(model.Decode(output.LatentMean!)));
    }

    /// <summary>E[x|z, y] for draws z ~ N(0, I), one for each of these classes.</summary>
    /// <returns>`[labels][example size]`, row-major in the shape of the data.</returns>
    public static float[][] ClassSamples(HybridModel model, long[] labels, Generator noise)
    {
        using var scope = NewDisposeScope();
        model.eval();
        return Rows(model.Generate(labels, noise));
    }

    /// <summary>Examples and E[x|z, y] at the mean of q(z|x, y), y being their class.</summary>
    public static (float[][] Originals, float[][] Reconstructions) ClassReconstructions(HybridModel model, Batch batch)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        return (Rows(batch.X), Rows(model.Reconstruct(batch.X, batch.Labels!)));
    }

    /// <summary>Means of q(z|x) for the examples of a split.</summary>
    /// <returns>`[n, latent]` on the CPU, owned by the caller, and the labels (empty without classes).</returns>
    public static (Tensor Means, int[] Labels) Latents(HybridModel model, Split split, Generator noise, Device device) =>
        Features.Collect(model, split, device, batch => model.ForwardBatch(batch, noise).LatentMean!);

    /// <summary>The numbers of a batch, `[batch][example size]`, row-major. Its tensors end with the caller's dispose scope.</summary>
    public static float[][] Rows(Tensor batch)
    {
        var flat = batch.flatten(1).cpu().contiguous();
        return [.. flat.data<float>().ToArray().Chunk((int)flat.shape[1])];
    }
}
