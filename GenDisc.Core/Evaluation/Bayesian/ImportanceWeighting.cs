using GenDisc.Core.Data;
using GenDisc.Core.Models;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation.Bayesian;

/// <summary>Importance samples of a VAE's latent posterior.</summary>
public static class ImportanceWeighting
{
    /// <summary>Rows that the decoder sees at a time: few enough to stay in the cache.</summary>
    private const int Rows = 512;

    /// <summary>log w_i = log p(x|z_i) + log p(z_i) − log q(z_i|x) for z_i ~ q(z|x), in evaluation mode.</summary>
    /// <param name="model">With a variational bottleneck.</param>
    /// <param name="split">Of at least one example.</param>
    /// <param name="samples">Of each example.</param>
    /// <param name="noise">Draws them.</param>
    /// <param name="device">Of the model.</param>
    /// <param name="cancel">Looked at before each batch.</param>
    /// <returns>`[examples][samples]`, nats.</returns>
    /// <exception cref="ArgumentException">The model has no distribution over a latent vector.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double[][] LogWeights(
        HybridModel model,
        Split split,
        int samples,
        Generator noise,
        Device device,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        if (model.Bottleneck is not { Options.Variational: true })
            throw new ArgumentException("the model has no distribution over a latent vector", nameof(model));
        model.eval();
        var found = new List<double[]>(split.Count);
        foreach (var batch in Batches.Sequential(split, Math.Max(1, Rows / samples), device))
        {
            using (batch)
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                using var inference = no_grad();
                var posterior = model.Posterior(batch, noise);
                var weights = LatentWeights.Of(model.Bottleneck, posterior, batch.X, samples, noise);
                found.AddRange(weights.to(float64).cpu().contiguous().data<double>().ToArray().Chunk(samples));
            }
        }

        return [.. found];
    }
}
