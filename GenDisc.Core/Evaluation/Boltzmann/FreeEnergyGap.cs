using GenDisc.Core.Data;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// Mean free energies of data that a machine learned from and of data that it did not, which log Z does not enter (Hinton
/// 2010, section 6): a gap that grows says that it overfits.
/// </summary>
/// <param name="Train">Nats an example.</param>
/// <param name="Validation">Nats an example.</param>
/// <param name="StandardError">Of their difference.</param>
public sealed record FreeEnergyGap(double Train, double Validation, double StandardError)
{
    /// <summary>Validation − train: above 0 where unseen data fit worse.</summary>
    public double Gap => Validation - Train;

    /// <summary>Of as many training as validation examples, at most <paramref name="most"/>, drawn without replacement.</summary>
    /// <param name="machine">Not changed.</param>
    /// <param name="train">Learned from.</param>
    /// <param name="validation">Not learned from.</param>
    /// <param name="stream">Draws examples: equal streams draw the same ones, so that epochs can be compared.</param>
    /// <param name="most">At least 2.</param>
    /// <exception cref="UserError">A split holds fewer than two examples, or examples of another size.</exception>
    public static FreeEnergyGap Of(
        EnergyMachine machine, Split train, Split validation, RandomStream stream, int most = 10000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        var count = Math.Min(most, Math.Min(train.Count, validation.Count));
        if (count < 2)
            throw new UserError(
                $"Dataset {train.Data.Name}: the free-energy gap needs at least 2 training and 2 validation examples; there are "
                + $"{train.Count} and {validation.Count}.");
        var (seen, seenVariance) = FreeEnergies.Moments(FreeEnergies.Of(machine, train.Sample(count, stream)));
        var (unseen, unseenVariance) = FreeEnergies.Moments(FreeEnergies.Of(machine, validation.Sample(count, stream)));
        return new FreeEnergyGap(seen, unseen, Math.Sqrt((seenVariance + unseenVariance) / count));
    }
}
