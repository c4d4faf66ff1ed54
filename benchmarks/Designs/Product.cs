namespace GenDisc.Benchmarks;

/// <summary>A matrix product [rows × inner] · [inner × columns].</summary>
internal readonly record struct Product(long Rows, long Inner, long Columns);
