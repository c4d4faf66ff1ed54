namespace GenDisc.Core.Kernels.Gather;

/// <summary>What becomes of a grey pixel g in [0, 1].</summary>
internal enum Binarisation
{
    /// <summary>It stays g.</summary>
    None,

    /// <summary>1 where g > ½, else 0.</summary>
    Threshold,

    /// <summary>1 with probability g, drawn anew each time (Salakhutdinov and Murray 2008).</summary>
    Drawn,
}
