namespace GenDisc.Core.Kernels.Boltzmann;

/// <summary>What a machine's units count from in learning.</summary>
internal enum UnitOffsets
{
    /// <summary>0.</summary>
    None,

    /// <summary>Their means over the data.</summary>
    Data,

    /// <summary>The middle between their means over the data and over the states.</summary>
    Middle,
}
