using GenDisc.Core.Data;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a model says of its latent vector alone.</summary>
public sealed partial class HybridModel
{
    /// <summary>
    /// The parameters of q(z|x) of every example: no draw, no decoder, no heads. Tensors belong to the caller's dispose
    /// scope.
    /// </summary>
    /// <param name="batch">Of the data.</param>
    /// <param name="noise">Is handed to the stages before the bottleneck.</param>
    /// <returns>`[batch, 2·latent]`: means, then log variances.</returns>
    /// <exception cref="InvalidOperationException">The model has no bottleneck.</exception>
    public Tensor Posterior(Batch batch, Generator noise)
    {
        lengths?.Set(batch.Lengths, batch.X.size(1));
        try
        {
            var output = new ModelOutput { Representation = batch.X };
            foreach (var stage in stages)
            {
                if (stage is BottleneckStage { Bottleneck: var bottleneck }) return bottleneck.Posterior(output.Representation);
                output = Apply(stage, output, batch, noise);
            }

            throw new InvalidOperationException("the model has no bottleneck");
        }
        finally
        {
            lengths?.Set(null, 0);
        }
    }
}
