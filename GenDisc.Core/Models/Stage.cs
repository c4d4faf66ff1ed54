using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Modules;

namespace GenDisc.Core.Models;

/// <summary>One step of a hybrid model's main path.</summary>
public abstract record Stage;

/// <summary>Transforms the representation.</summary>
public sealed record TrunkStage(Chain Layers) : Stage;

/// <summary>Replaces the representation by a latent vector and reconstructs the data from it.</summary>
public sealed record BottleneckStage(Bottleneck Bottleneck) : Stage;

/// <summary>As <see cref="BottleneckStage"/>, told the class of each example; the last stage.</summary>
public sealed record ConditionalStage(ConditionalBottleneck Bottleneck) : Stage;

/// <summary>
/// Model M2 of Kingma et al. 2014 over what it reads: a head that leaves the logits of q(y|x) and the bounds.
/// </summary>
public sealed record M2Stage(M2 Model) : Stage;

/// <summary>Reads class logits off the representation and leaves it as it was.</summary>
/// <param name="Layers">From the representation to `[batch, classes]`.</param>
/// <param name="Energy">Whether −log Σ_y exp(logit_y) is an energy of the input too (Grathwohl et al. 2020).</param>
public sealed record ClassifierStage(Chain Layers, bool Energy = false) : Stage;

/// <summary>Reads targets off the representation and leaves it as it was.</summary>
public sealed record RegressorStage(Chain Layers) : Stage;

/// <summary>
/// A machine that learns what it reads, and leaves the probabilities of its hidden units. With classes it is a head: it
/// leaves their logits, and the representation as it was.
/// </summary>
/// <param name="Machine">Reads `[batch, visible]`.</param>
/// <param name="FirstEpoch">In which it learns, from 1.</param>
/// <param name="LastEpoch">In which it learns. Machines on top of each other take turns (Hinton et al. 2006).</param>
public sealed record MachineStage(EnergyMachine Machine, int FirstEpoch = 1, int LastEpoch = int.MaxValue) : Stage;

/// <summary>Denoises what it reads, data or the latents of a trained model; the last stage.</summary>
public sealed record DiffusionStage(DiffusionModel Model) : Stage;

/// <summary>The mean prediction of trained models, alone in its model; leaves the data as they were.</summary>
public sealed record EnsembleStage(Ensemble Ensemble) : Stage;
