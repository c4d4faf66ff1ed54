using GenDisc.Core.Data;
using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What stages that are told the class make of a batch in which not every class may be known.</summary>
internal static class ClassStages
{
    /// <summary>Rows of the batch's own examples: all but those that are there for their labels alone.</summary>
    public static Tensor OwnRows(Tensor rows, Batch? batch) =>
        batch is { Extra: > 0 } ? rows.narrow(0, 0, batch.Own) : rows;

    /// <summary>What the examples whose class is known leave; the others have no part in it.</summary>
    public static ModelOutput Told(ConditionalBottleneck bottleneck, ModelOutput before, Batch? batch, Generator noise)
    {
        var labels = batch?.Labels ?? throw new InvalidOperationException("a model that is told the class needs labels");
        var (read, original) = (before.Representation, batch.X);
        if (batch.KnownRows is { } known)
            (read, original, labels) = (read.index_select(0, known), original.index_select(0, known), labels.index_select(0, known));
        if (labels.size(0) == 0) return before with { Original = original };
        var posterior = bottleneck.Posterior(read, labels);
        return before with
        {
            Posterior = posterior,
            Variational = true,
            Decoded = bottleneck.Decode(bottleneck.Draw(posterior, noise), labels),
            Original = original,
            Likelihood = bottleneck.Likelihood,
            Representation = posterior.narrow(1, 0, bottleneck.Options.Latent),
        };
    }

    /// <summary>Logits of all examples, and the bounds of the batch's own ones; without a batch only logits.</summary>
    public static ModelOutput Bounded(M2 model, ModelOutput before, Batch? batch, Generator noise)
    {
        var x = before.Representation;
        var logits = model.Classify(x);
        var output = before with { Logits = logits };
        if (batch?.Labels is not { } labels) return output;
        if (batch.KnownRows is null)
        {
            var (reconstruction, kl) = model.Labelled(x, labels, noise);
            return output with { ReconstructionNats = reconstruction, KlNats = kl };
        }

        var own = OwnRows(labels, batch);
        var known = own.ge(0).nonzero().view(-1);
        var hidden = own.lt(0).nonzero().view(-1);
        if (known.size(0) == 0)
        {
            var (reconstruction, kl) = model.Unlabelled(OwnRows(x, batch), OwnRows(logits, batch), noise);
            return output with { ReconstructionNats = reconstruction, KlNats = kl };
        }

        var told = model.Labelled(x.index_select(0, known), labels.index_select(0, known), noise);
        if (hidden.size(0) == 0) return output with { ReconstructionNats = told.Reconstruction, KlNats = told.Kl };
        var summed = model.Unlabelled(x.index_select(0, hidden), logits.index_select(0, hidden), noise);
        return output with
        {
            ReconstructionNats = cat([told.Reconstruction, summed.Reconstruction]),
            KlNats = cat([told.Kl, summed.Kl]),
        };
    }
}
