using GenDisc.Core.Modules;

namespace GenDisc.Core.Models;

/// <summary>One step of a hybrid model's main path.</summary>
public abstract record Stage;

/// <summary>Transforms the representation.</summary>
public sealed record TrunkStage(Chain Layers) : Stage;

/// <summary>Replaces the representation by a latent vector and reconstructs the data from it.</summary>
public sealed record BottleneckStage(Bottleneck Bottleneck) : Stage;

/// <summary>Reads class logits off the representation and leaves it as it was.</summary>
public sealed record ClassifierStage(Chain Layers) : Stage;

/// <summary>Reads targets off the representation and leaves it as it was.</summary>
public sealed record RegressorStage(Chain Layers) : Stage;
