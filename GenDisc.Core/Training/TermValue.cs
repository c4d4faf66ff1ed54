using GenDisc.Core.Kernels.Autograd;

namespace GenDisc.Core.Training;

/// <summary>A term over a batch.</summary>
/// <param name="Sum">Over the examples.</param>
/// <param name="Correct">Examples classified rightly, where the term knows.</param>
internal readonly record struct TermValue(double Sum, int? Correct = null);

/// <summary>Where to leave a term's gradient.</summary>
/// <param name="Roots">Takes the gradients.</param>
/// <param name="Scale">Factor on the gradient of the term's sum.</param>
internal readonly record struct GradientRequest(Roots Roots, double Scale);
