namespace GenDisc.Core.Data;

/// <summary>Rows of a table by their use, ascending; every row is in one part. Unused are those that a take leaves over.</summary>
internal sealed record TableParts(int[] Train, int[] Validation, int[] Unused, int[] Test);
