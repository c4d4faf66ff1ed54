namespace GenDisc

/// Part of another experiment's model: its main path up to its heads.
type Pretrained =
    {
        Declared: IDeclared
        /// Its values go on learning.
        Tuned: bool
        In: Shape
        Out: Shape
        /// Of the part in use.
        Parameters: int64
        Flops: int64
    }

/// What blocks become once shapes are known: every size is explicit, nothing is left to infer.
[<RequireQualifiedAccess>]
type Layer =
    | Affine of inputs: int * outputs: int
    /// 3×3, stride 1, padding 1, on height × width.
    | Conv of inputs: int * outputs: int * height: int * width: int
    /// 3×3 transposed convolution, stride 1, padding 1: the mirror of Conv.
    | ConvTranspose of inputs: int * outputs: int * height: int * width: int
    /// Three taps `dilation` steps apart over a sequence, which keeps its length; causal: looking only back.
    | Conv1d of inputs: int * outputs: int * steps: int * dilation: int * causal: bool
    /// 2×2 maximum; an odd last row or column is dropped.
    | MaxPool
    /// Maximum of two steps; an odd last step is dropped.
    | MaxPool1d
    /// Mean over the pixels of each channel.
    | GlobalMean
    /// Maximum over the pixels of each channel.
    | GlobalMax
    /// To the states of all steps, of both directions where bidirectional: `outputs` for each.
    | Recurrent of Cell * inputs: int * outputs: int * bidirectional: bool
    /// The state after the last step; of the last `backward` features, at the first step.
    | LastState of backward: int
    | MeanState
    | MaxState
    /// The same vector at every step: the mirror of LastState, MeanState and MaxState.
    | Repeat of steps: int
    /// The same fully connected layer at every step.
    | StepAffine of inputs: int * outputs: int
    /// Nearest neighbour to exactly so many steps: the mirror of MaxPool1d.
    | UpsampleSteps of steps: int
    | GaussianNoise of deviation: float
    | MaskingNoise of rate: float
    /// Numeric columns, then a group of indicators for each categorical column, which becomes a vector of this size.
    | Embed of numeric: int * levels: int list * size: int
    | Pretrained of Pretrained
    /// Nearest neighbour to exactly this size: the mirror of MaxPool.
    | Upsample of height: int * width: int
    | Apply of Activation
    | Dropout of rate: float
    /// Dropout that stays on when a head predicts, which averages over so many passes.
    | McDropout of rate: float * passes: int
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
        /// Classes that encoder and decoder are told, as ones and zeros beside what they read; 0: none.
        Classes: int
        /// Width of the hidden layer in which class and representation meet before the maps to mean and log-variance.
        Meeting: int
    }

/// Model M2 over what it reads.
type M2 =
    {
        /// Of what it reads, flattened first.
        Shape: Shape
        Latent: int
        /// Widths of the hidden layers of each of its three networks.
        Hidden: int list
        Classes: int
        Likelihood: Likelihood
    }

/// What a Boltzmann machine is made of.
[<RequireQualifiedAccess>]
type MachineKind =
    | Bernoulli
    | Gaussian of learned: bool
    /// With a unit for each class.
    | Classes of int
    /// With couplings among visible and among hidden units.
    | General

/// A Boltzmann machine over a vector.
type Machine =
    {
        Kind: MachineKind
        Visible: int
        Hidden: int
        /// Which of the model's machines it is, from 0, and of how many: they take turns to learn.
        Turn: int
        Turns: int
    }

/// A diffusion model over what it reads.
type DiffusionStage =
    {
        /// Of what it reads.
        Shape: Shape
        /// 0: the network is not told the class.
        Classes: int
        /// Whether what it reads lies in [0, 1].
        UnitInterval: bool
        Declared: Diffusion
    }

/// A block, ready to be built.
[<RequireQualifiedAccess>]
type Stage =
    | Trunk of Layer list
    | Bottleneck of Bottleneck
    | M2 of M2
    | Diffusion of DiffusionStage
    | Machine of Machine
    | Classifier of Layer list
    | EnergyClassifier of Layer list
    | Regressor of Layer list
    /// The mean prediction of trained models.
    | Ensemble of IDeclared list
