namespace GenDisc.Core.Training.Boltzmann;

/// <summary>How the difference of the two phases becomes a gradient.</summary>
public enum GradientKind
{
    /// <summary>As it is: that of the log-likelihood, up to the error of the negative samples.</summary>
    Plain,

    /// <summary>
    /// Of a machine whose units count from their means over the data, which makes learning indifferent to whether a unit
    /// says 0 or 1 (Montavon and Müller 2012; Melchior et al. 2016, algorithm 1). The means are those of the batch.
    /// </summary>
    Centred,

    /// <summary>
    /// The same from the middle between the means of the two phases (Cho, Raiko and Ilin 2011; Melchior et al. 2016,
    /// section 2.2).
    /// </summary>
    Enhanced,
}
