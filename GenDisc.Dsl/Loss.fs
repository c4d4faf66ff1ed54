namespace GenDisc

/// One formula, averaged over the examples of a batch.
[<RequireQualifiedAccess>]
type Term =
    /// −E_q[log p(x|z)], nats per example, summed over dimensions.
    | Reconstruction
    /// KL(q(z|x) ‖ p(z)), nats per example, summed over latent dimensions.
    | Kl
    /// −log p(y|x), nats per example.
    | CrossEntropy
    /// Squared error, averaged over target dimensions.
    | Mse

/// A factor that may depend on the epoch (counted from 1).
[<RequireQualifiedAccess>]
type Weight =
    | Constant of float
    /// min(1, epoch / epochs).
    | Ramp of epochs: int
    /// From `from` at epoch 1 in a straight line to `until` at epoch `epochs`, then constant.
    | Anneal of from: float * until: float * epochs: int

/// A weighted sum of terms, kept as written so that it prints as its own source.
[<RequireQualifiedAccess>]
type Loss =
    | Term of Term
    /// Negative ELBO: reconstruction + kl.
    | Elbo
    | Scaled of Weight * Loss
    | Sum of Loss * Loss

    static member (*)(w: float, l: Loss) = Loss.Scaled(Weight.Constant w, l)
    static member (*)(w: Weight, l: Loss) = Loss.Scaled(w, l)
    static member (+)(a: Loss, b: Loss) = Loss.Sum(a, b)
