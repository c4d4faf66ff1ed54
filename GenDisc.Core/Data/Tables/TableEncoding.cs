namespace GenDisc.Core.Data;

/// <summary>What was learnt from the rows trained on: the scaling of each numeric column and, for regression, of the target.</summary>
public sealed record TableEncoding(Scaling Features, Scaling? Target);
