using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>
/// −log (1/k) Σ_i w_i for k importance samples z_i ~ q(z|x), nats: the importance-weighted autoencoder's loss (Burda, Grosse
/// and Salakhutdinov 2016, eq. 8), for k = 1 the negative ELBO with a sampled divergence.
/// </summary>
/// <param name="bottleneck">Of the model, variational; owned by it.</param>
/// <param name="samples">k, at least 1.</param>
public sealed class ImportanceTerm(Bottleneck bottleneck, int samples) : LossTerm("importance")
{
    public override Tensor PerExample(ModelOutput output, Batch batch)
    {
        // of a batch with more labelled examples the posterior is of its own alone
        var x = output.Original ?? batch.X;
        var weights = LatentWeights.Of(bottleneck, Need(output.Posterior), x, samples, Need(output.Noise));
        return Math.Log(samples) - weights.logsumexp(1);
    }
}
