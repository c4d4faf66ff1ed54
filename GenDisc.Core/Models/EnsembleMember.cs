using GenDisc.Core.Data;
using GenDisc.Core.Modules;

namespace GenDisc.Core.Models;

/// <summary>A trained model as one voice of an <see cref="Ensemble"/>.</summary>
/// <param name="Model">A classifier or regressor.</param>
/// <param name="Lengths">Which the model's sequence modules ask.</param>
/// <param name="Inputs">Brings inputs to the scale that the model was trained on, where it is another.</param>
/// <param name="Targets">Scale that the model's predictions are on; null: the targets' own units.</param>
public sealed record EnsembleMember(
    HybridModel Model, SequenceLengths? Lengths = null, Rescale? Inputs = null, Scaling? Targets = null);
