namespace GenDisc.Core.Training.Energy;

/// <summary>
/// What is done about an energy model that diverges, in this order and then from the start again, without those that have
/// come to their limit.
/// </summary>
public enum RemedyKind
{
    /// <summary>Half the learning rate.</summary>
    LowerRate,

    /// <summary>Twice the steps of the chains.</summary>
    MoreSteps,

    /// <summary>Energies are kept small (Du and Mordatch 2019, section 3), and each time twice as much.</summary>
    Regularise,
}

/// <summary>A remedy that was applied.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Within the epoch, from 1.</param>
/// <param name="Kind">Which.</param>
/// <param name="What">Was done, in words.</param>
/// <param name="Why">What was seen.</param>
public sealed record Remedy(int Epoch, int Step, RemedyKind Kind, string What, string Why);
