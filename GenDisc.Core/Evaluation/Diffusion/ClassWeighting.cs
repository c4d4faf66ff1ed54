namespace GenDisc.Core.Evaluation.Diffusion;

/// <summary>How errors at different noise levels count where classes are told apart.</summary>
public enum ClassWeighting
{
    /// <summary>As in the bound on −log p(x|y): see <see cref="BoundWeights.Of"/>. Scores are then nats.</summary>
    Bound,

    /// <summary>Errors of the noise alike (Li et al. 2023): see <see cref="BoundWeights.Simple"/>. Scores bound nothing.</summary>
    Simple,

    /// <summary>Errors of the signal alike: see <see cref="BoundWeights.Signal"/>. Scores bound nothing.</summary>
    Signal,
}
