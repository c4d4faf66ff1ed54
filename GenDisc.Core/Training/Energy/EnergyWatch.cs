namespace GenDisc.Core.Training.Energy;

/// <summary>When an energy model counts as diverging, and what is done about it.</summary>
/// <param name="LargestGap">Of the running |E(x⁺) − E(x⁻)|, nats: as long as chains follow the model it stays near 0.</param>
/// <param name="LargestEnergy">Of a batch's mean |E|, nats.</param>
/// <param name="Patience">
/// Steps after a start before the gap counts, and between two copies of the model: one is only gone back to when so many
/// healthy steps have followed it.
/// </param>
/// <param name="MostRemedies">After so many training is given up.</param>
/// <param name="MostSteps">Of a chain for each batch: more are not tried.</param>
/// <param name="Regularisation">α when it is first switched on, nats⁻¹.</param>
/// <param name="MostRegularisation">
/// α is not made larger: beyond 1 (Du and Mordatch 2019) the squares' own slope makes training diverge.
/// </param>
public sealed record EnergyWatch(
    double LargestGap = 100,
    double LargestEnergy = 1e4,
    int Patience = 50,
    int MostRemedies = 8,
    int MostSteps = 160,
    double Regularisation = 0.1,
    double MostRegularisation = 1);
