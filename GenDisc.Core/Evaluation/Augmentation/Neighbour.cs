namespace GenDisc.Core.Evaluation.Augmentation;

/// <summary>The nearest of some examples to one.</summary>
/// <param name="Place">In the split that was searched; −1 where it holds no other example.</param>
/// <param name="Distance">Euclidean, pixels in [0, 1]; ∞ where there is none.</param>
public readonly record struct Neighbour(int Place, double Distance);
