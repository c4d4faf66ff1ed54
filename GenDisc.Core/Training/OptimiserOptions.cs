using static TorchSharp.torch;

namespace GenDisc.Core.Training;

public enum OptimiserKind
{
    /// <summary>Kingma and Ba 2015.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2019: decoupled weight decay.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with heavy-ball momentum.</summary>
    Sgd,
}

/// <summary>Which optimiser, and its constants.</summary>
/// <param name="Kind">The method.</param>
/// <param name="Rate">Learning rate before the schedule's factor.</param>
/// <param name="Momentum">In [0, 1); SGD only.</param>
/// <param name="WeightDecay">L2 penalty (Adam, SGD) or decoupled decay (AdamW).</param>
public sealed record OptimiserOptions(OptimiserKind Kind, double Rate, double Momentum = 0, double WeightDecay = 0)
{
    public optim.Optimizer Build(IEnumerable<TorchSharp.Modules.Parameter> parameters) => Kind switch
    {
        OptimiserKind.Adam => optim.Adam(parameters, Rate, weight_decay: WeightDecay),
        OptimiserKind.AdamW => optim.AdamW(parameters, Rate, weight_decay: WeightDecay),
        OptimiserKind.Sgd => optim.SGD(parameters, Rate, Momentum, weight_decay: WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(Kind), Kind, "unknown optimiser"),
    };
}
