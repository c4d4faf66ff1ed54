namespace GenDisc

/// What blocks become once shapes are known: every size is explicit, nothing is left to infer.
[<RequireQualifiedAccess>]
type Layer =
    | Affine of inputs: int * outputs: int
    /// 3×3, stride 1, padding 1, on height × width.
    | Conv of inputs: int * outputs: int * height: int * width: int
    /// 3×3 transposed convolution, stride 1, padding 1: the mirror of Conv.
    | ConvTranspose of inputs: int * outputs: int * height: int * width: int
    /// 2×2 maximum; an odd last row or column is dropped.
    | MaxPool
    /// Nearest neighbour to exactly this size: the mirror of MaxPool.
    | Upsample of height: int * width: int
    | Apply of Activation
    | Dropout of rate: float
    | BatchNorm of Shape
    | LayerNorm of Shape
    | Reshape of Shape
    | Residual of Layer list

/// A bottleneck with its mirrored decoder.
type Bottleneck =
    {
        Latent: int
        /// True for a VAE (mean and log-variance), false for an autoencoder.
        Variational: bool
        /// Flatten, where the representation is an image. The maps to mean (and log-variance) follow it.
        Entry: Layer list
        /// Size of the flattened representation.
        EntrySize: int
        /// From the latent vector to the parameters of the likelihood, in the shape of the data.
        Decoder: Layer list
        Likelihood: Likelihood
    }

/// A block, ready to be built.
[<RequireQualifiedAccess>]
type Stage =
    | Trunk of Layer list
    | Bottleneck of Bottleneck
    | Classifier of Layer list
    | Regressor of Layer list
