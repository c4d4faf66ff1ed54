namespace GenDisc.Core.Training.Boltzmann;

/// <summary>Where the samples come from that the data are set against.</summary>
public enum NegativePhaseKind
{
    /// <summary>Chains start at the batch (contrastive divergence, CD-k; Hinton 2002).</summary>
    Contrastive,

    /// <summary>Chains go on from batch to batch (stochastic maximum likelihood, PCD-k; Younes 1999; Tieleman 2008).</summary>
    Persistent,

    /// <summary>
    /// Every chain has replicas at inverse temperatures evenly from 1 to 0, which take a sweep each and then may change
    /// places with their neighbours; those at 1 are the samples (Desjardins et al. 2010).
    /// </summary>
    Tempered,
}
