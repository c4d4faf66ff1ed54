using GenDisc.Core.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a model with Monte-Carlo dropout predicts, pass by pass.</summary>
internal sealed class ThinnedNetworks
{
    private readonly IReadOnlyList<Stage> stages;
    private readonly StochasticPasses? passes;

    /// <param name="stages">Of the model.</param>
    /// <param name="passes">What its <see cref="McDropout"/> modules share, owned by the model; null where it has none.</param>
    public ThinnedNetworks(IReadOnlyList<Stage> stages, StochasticPasses? passes)
    {
        this.stages = stages;
        this.passes = passes;
        for (First = 0; First < stages.Count && !Draws(stages[First]); First++)
        {
        }
    }

    /// <summary>The first stage that draws masks; the number of stages where none does.</summary>
    public int First { get; }

    /// <summary>What the heads say in each pass of a round. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="representation">That the first stage which draws masks reads, `[batch, …]`.</param>
    /// <returns>`[passes, batch, classes]` and `[passes, batch, targets]`, null where there is no such head.</returns>
    public (Tensor? Logits, Tensor? Predictions) Ask(Tensor representation)
    {
        using var scope = NewDisposeScope();
        var (logits, predictions) = (new List<Tensor>(), new List<Tensor>());
        passes!.Begin();
        try
        {
            for (var pass = 0; pass < passes.Count; pass++) Ask(representation, logits, predictions);
        }
        finally
        {
            passes.End();
        }

        return (
            logits.Count == 0 ? null : stack(logits).MoveToOuterDisposeScope(),
            predictions.Count == 0 ? null : stack(predictions).MoveToOuterDisposeScope());
    }

    private void Ask(Tensor representation, List<Tensor> logits, List<Tensor> predictions)
    {
        using var scope = NewDisposeScope();
        var x = representation;
        for (var i = First; i < stages.Count; i++)
        {
            if (stages[i] is ClassifierStage classifier) logits.Add(classifier.Layers.call(x).MoveToOuterDisposeScope());
            else if (stages[i] is RegressorStage regressor) predictions.Add(regressor.Layers.call(x).MoveToOuterDisposeScope());
            else x = HybridModel.Through(stages[i], x);
        }
    }

    /// <summary>A trained model inside has passes of its own, which nothing asks for here.</summary>
    private bool Draws(Stage stage)
    {
        Chain? layers = stage switch
        {
            TrunkStage trunk => trunk.Layers,
            ClassifierStage head => head.Layers,
            RegressorStage head => head.Layers,
            _ => null,
        };
        return passes is not null && layers is not null
            && layers.modules().OfType<McDropout>().Any(m => ReferenceEquals(m.Passes, passes));
    }
}
