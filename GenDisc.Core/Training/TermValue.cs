using GenDisc.Core.Kernels.Autograd;
using static TorchSharp.torch;

namespace GenDisc.Core.Training;

/// <summary>A term over a batch.</summary>
/// <param name="Sum">Over the examples.</param>
/// <param name="Correct">Examples classified rightly, where the term knows.</param>
/// <param name="DataEnergy">A machine's energies of the examples, added up, nats, where the term knows.</param>
internal readonly record struct TermValue(double Sum, int? Correct = null, double? DataEnergy = null);

/// <summary>A term over a batch, to be learnt from.</summary>
/// <param name="PerExample">`[batch]`, in the graph.</param>
/// <param name="DataEnergy">`[batch]`, nats: a machine's energies of the examples, where the term knows.</param>
internal readonly record struct TermTensor(Tensor PerExample, Tensor? DataEnergy = null);

/// <summary>Where to leave a term's gradient.</summary>
/// <param name="Roots">Takes the gradients.</param>
/// <param name="Scale">Factor on the gradient of the term's sum.</param>
internal readonly record struct GradientRequest(Roots Roots, double Scale);
