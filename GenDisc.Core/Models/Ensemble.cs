using GenDisc.Core.Data;
using GenDisc.Core.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Models;

/// <summary>
/// Trained models that predict together (Lakshminarayanan, Pritzel and Blundell 2017). They stay as they are: without
/// gradient and always in evaluation mode. Their values are part of the module's state.
/// </summary>
public sealed class Ensemble : Module
{
    private readonly IReadOnlyList<EnsembleMember> members;
    private readonly SequenceLengths? lengths;
    private readonly Scaling? targets;

    /// <param name="members">All classifiers of the same classes, or all regressors of the same targets; owned from here on.</param>
    /// <param name="lengths">Of the model that the ensemble is.</param>
    /// <param name="targets">Scale that predictions are brought to; null: the targets' own units.</param>
    /// <exception cref="ArgumentException">There are no members, or they predict different kinds of things.</exception>
    public Ensemble(IReadOnlyList<EnsembleMember> members, SequenceLengths? lengths = null, Scaling? targets = null)
        : base(nameof(Ensemble))
    {
        if (members.Count == 0) throw new ArgumentException("an ensemble needs a member", nameof(members));
        Classifies = members[0].Model.IsClassifier;
        if (members.Any(m => m.Model.IsClassifier != Classifies || m.Model.IsRegressor == Classifies))
            throw new ArgumentException("members are all classifiers or all regressors", nameof(members));
        this.members = members;
        this.lengths = lengths;
        this.targets = targets;
        for (var i = 0; i < members.Count; i++)
        {
            register_module($"{i}", members[i].Model);
            if (members[i].Inputs is { } inputs) register_module($"{i}_inputs", inputs);
            foreach (var parameter in members[i].Model.parameters()) parameter.requires_grad = false;
        }

        train(training);
    }

    /// <summary>Whether the members tell classes apart; else they predict targets.</summary>
    public bool Classifies { get; }

    public override void train(bool on = true)
    {
        base.train(on);
        foreach (var member in members) member.Model.eval();
    }

    /// <summary>What every member says of a batch. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="x">`[batch, …]` in the shape of the data.</param>
    /// <param name="noise">Where members draw, as decoders do.</param>
    /// <returns>Logits `[members, batch, classes]`, or predictions `[members, batch, targets]`.</returns>
    public Tensor Ask(Tensor x, Generator noise)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var answers = new List<Tensor>(members.Count);
        foreach (var member in members) answers.Add(Ask(member, x, noise));
        return stack(answers).MoveToOuterDisposeScope();
    }

    private Tensor Ask(EnsembleMember member, Tensor x, Generator noise)
    {
        member.Lengths?.SetFrom(lengths);
        try
        {
            var output = member.Model.Forward(member.Inputs is { } inputs ? inputs.call(x) : x, noise);
            return Classifies ? output.Logits! : OnOwnScale(output.Prediction!, member.Targets);
        }
        finally
        {
            member.Lengths?.SetFrom(null);
        }
    }

    /// <summary>(ŷ σ + μ − μ′) / σ′, from a member's scale of the targets to that of the ensemble.</summary>
    private Tensor OnOwnScale(Tensor prediction, Scaling? from)
    {
        if (from is null || targets is null || (from.Mean.SequenceEqual(targets.Mean) && from.Deviation.SequenceEqual(targets.Deviation)))
            return prediction;
        var (factors, shifts) = (new double[from.Columns], new double[from.Columns]);
        for (var j = 0; j < from.Columns; j++)
        {
            factors[j] = from.Deviation[j] / targets.Deviation[j];
            shifts[j] = targets.Apply(j, from.Mean[j]);
        }

        return (prediction * tensor(factors, prediction.dtype, prediction.device))
            + tensor(shifts, prediction.dtype, prediction.device);
    }
}
