namespace GenDisc.Core.Data;

/// <summary>A series cut into examples of past and future, and what leads back to its own steps and units.</summary>
/// <param name="Splits">Examples [history, columns], targets [horizon * columns], in order of time, standardised.</param>
/// <param name="Series">In its own units.</param>
/// <param name="Scaling">Of each column of the series, fitted on its first <paramref name="TrainSteps"/> steps.</param>
/// <param name="History">Steps of an example.</param>
/// <param name="Horizon">Steps of a target.</param>
/// <param name="TestStart">
/// The step at which the first test target begins; test window i has its target at TestStart + i and its example in the
/// history before that.
/// </param>
/// <param name="TrainSteps">Steps of the training segment, which comes first.</param>
/// <param name="ValidationSteps">Steps of the validation segment, which comes next.</param>
public sealed record WindowedSeries(
    Splits Splits,
    Series Series,
    Scaling Scaling,
    int History,
    int Horizon,
    int TestStart,
    int TrainSteps,
    int ValidationSteps);
