namespace GenDisc

/// An element-wise nonlinearity.
[<RequireQualifiedAccess>]
type Activation =
    | Relu
    | Gelu
    | Tanh
    | Silu

/// The distribution that a decoder's output parametrises: independent Bernoulli pixels (logits), or a Gaussian with
/// a learned variance shared by all dimensions.
[<RequireQualifiedAccess>]
type Likelihood =
    | Bernoulli
    | Gaussian

/// One step of the main path. Each block reads the representation the previous one left.
[<RequireQualifiedAccess>]
type Block =
    /// Fully connected; flattens an image first.
    | Dense of width: int
    /// 3×3 convolution, stride 1, padding 1.
    | Conv of channels: int
    /// 2×2 max-pooling, stride 2.
    | Pool
    | Activation of Activation
    | Dropout of rate: float
    | BatchNorm
    | LayerNorm
    /// x + f(x); the inner blocks must leave the shape as it was.
    | Residual of Block list
    /// Gaussian bottleneck; its decoder mirrors the blocks before it. `None`: the likelihood follows the data.
    | Vae of latent: int * Likelihood option
    /// Deterministic bottleneck with a mirrored decoder.
    | Autoencoder of latent: int * Likelihood option
    /// Head: leaves the main path as it was.
    | Classifier of hidden: int list
    /// Head: leaves the main path as it was.
    | Regressor of hidden: int list

/// The main path, first block first.
type Model = { Blocks: Block list }

/// A component extends a model, so F#'s own `>>` composes components.
type Component = Model -> Model
