using System.Collections.Immutable;

namespace GenDisc.Core.Data;

/// <summary>A series cut into examples of past and future, and what leads back to its own steps and units.</summary>
/// <param name="Splits">Examples [history, columns], targets [horizon * columns], in order of time, standardised.</param>
/// <param name="Series">In its own units; NaN where missing.</param>
/// <param name="Filled">
/// The series as the examples have it, in its own units, finite: a missing value is the last known one before it in its
/// column or, where there is none, the column's mean in the training segment.
/// </param>
/// <param name="Scaling">Of each column of the series, fitted on its first <paramref name="TrainSteps"/> steps.</param>
/// <param name="History">Steps of an example.</param>
/// <param name="Horizon">Steps of a target.</param>
/// <param name="TestStart">The step at which the test segment begins.</param>
/// <param name="TestSteps">
/// The steps at which the test targets begin, one a test window, ascending: every step from TestStart to a horizon before
/// the end, but those whose target would have a missing value. The example lies in the history before the step.
/// </param>
/// <param name="TrainSteps">Steps of the training segment, which comes first.</param>
/// <param name="ValidationSteps">Steps of the validation segment, which comes next.</param>
public sealed record WindowedSeries(
    Splits Splits,
    Series Series,
    float[] Filled,
    Scaling Scaling,
    int History,
    int Horizon,
    int TestStart,
    ImmutableArray<int> TestSteps,
    int TrainSteps,
    int ValidationSteps);
