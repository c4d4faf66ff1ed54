using GenDisc.Core.Data;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a classifier knows of examples just before it answers.</summary>
public sealed partial class HybridModel
{
    /// <summary>
    /// What the first head's first learned layer reads, `[batch, …]`: of states the last one, which the head takes by
    /// itself. Without a head the last representation. Tensors belong to the caller's dispose scope.
    /// </summary>
    public Tensor HeadInput(Batch batch, Generator noise)
    {
        lengths?.Set(batch.Lengths, batch.X.size(1));
        try
        {
            var output = new ModelOutput { Representation = batch.X };
            foreach (var stage in stages)
            {
                if (HeadOf(stage) is { } head) return head.ReadByFirstLearned(output.Representation);
                if (stage is M2Stage) return output.Representation;
                output = Apply(stage, output, batch, noise);
            }

            return output.Representation;
        }
        finally
        {
            lengths?.Set(null, 0);
        }
    }

    /// <summary>
    /// What the classifier's last learned layer reads, and its logits. Where classes are told by something else than a head, the
    /// representation that it reads stands for it. Tensors belong to the caller's dispose scope.
    /// </summary>
    /// <param name="batch">Of the data.</param>
    /// <param name="noise">Is handed to stages that draw.</param>
    /// <returns>`[batch, …]` and `[batch, classes]`</returns>
    /// <exception cref="InvalidOperationException">The model is no classifier.</exception>
    public (Tensor Features, Tensor Logits) LastHidden(Batch batch, Generator noise)
    {
        lengths?.Set(batch.Lengths, batch.X.size(1));
        try
        {
            var output = new ModelOutput { Representation = batch.X, Noise = noise };
            foreach (var stage in stages)
            {
                if (stage is ClassifierStage head) return head.Layers.CallFromLastLearned(output.Representation);
                var read = output.Representation;
                output = Apply(stage, output, batch, noise);
                if (output.Logits is { } logits) return (read, logits);
            }
        }
        finally
        {
            lengths?.Set(null, 0);
        }

        throw new InvalidOperationException("the model is no classifier");
    }
}
