namespace GenDisc

/// The words of the language, all that `open GenDisc` brings into a script.
[<AutoOpen>]
module Language =
    // ---- Blocks: components, composed by >>

    /// Fully connected to `width` numbers; flattens an image first.
    let dense width = Model.add (Block.Dense width)

    /// 3×3 convolution to `channels` channels; height and width stay.
    let conv channels = Model.add (Block.Conv channels)

    /// 2×2 max-pooling: halves height and width.
    let pool: Component = Model.add Block.Pool

    /// max(0, x).
    let relu: Component = Model.add (Block.Activation Activation.Relu)

    /// x Φ(x).
    let gelu: Component = Model.add (Block.Activation Activation.Gelu)

    /// Hyperbolic tangent (the block; the function on floats is `System.Math.Tanh`).
    let tanh: Component = Model.add (Block.Activation Activation.Tanh)

    /// x σ(x).
    let silu: Component = Model.add (Block.Activation Activation.Silu)

    /// Sets each number to zero with probability `rate` in [0, 1) while training.
    let dropout rate = Model.add (Block.Dropout rate)

    /// Normalises each channel of an image, or each number of a vector, over the batch.
    let batchNorm: Component = Model.add Block.BatchNorm

    /// Normalises each example.
    let layerNorm: Component = Model.add Block.LayerNorm

    /// x + f(x), where `f` leaves the shape as it was.
    let residual (f: Component) =
        Model.add (Block.Residual (Model.ofComponent f).Blocks)

    /// Variational bottleneck of `latent` dimensions. What stands before it is the encoder, and the decoder mirrors it.
    /// Likelihood: Bernoulli for images, Gaussian for vectors.
    let vae latent = Model.add (Block.Vae(latent, None))

    /// `vae` with a Bernoulli likelihood: the data must lie in [0, 1].
    let bernoulliVae latent =
        Model.add (Block.Vae(latent, Some Likelihood.Bernoulli))

    /// `vae` with a Gaussian likelihood of learned variance.
    let gaussianVae latent =
        Model.add (Block.Vae(latent, Some Likelihood.Gaussian))

    /// Deterministic bottleneck of `latent` dimensions with a mirrored decoder.
    let autoencoder latent =
        Model.add (Block.Autoencoder(latent, None))

    /// `autoencoder` with a Bernoulli likelihood: the data must lie in [0, 1].
    let bernoulliAutoencoder latent =
        Model.add (Block.Autoencoder(latent, Some Likelihood.Bernoulli))

    /// `autoencoder` with a Gaussian likelihood of learned variance.
    let gaussianAutoencoder latent =
        Model.add (Block.Autoencoder(latent, Some Likelihood.Gaussian))

    /// Head that tells the classes apart, with hidden layers of these widths; leaves the main path as it was.
    let classifier hidden = Model.add (Block.Classifier hidden)

    /// Head that predicts the targets, with hidden layers of these widths; leaves the main path as it was.
    let regressor hidden = Model.add (Block.Regressor hidden)

    /// Seals a composition into a value: `model (vae 32 >> classifier [128])`.
    let model (c: Component) = Model.ofComponent c

    // ---- Losses: sums of weighted terms

    /// Negative evidence lower bound, nats per example: reconstruction + kl.
    let elbo = Loss.Elbo

    /// −E_q[log p(x|z)], nats per example.
    let reconstruction = Loss.Term Term.Reconstruction

    /// KL(q(z|x) ‖ p(z)), nats per example.
    let kl = Loss.Term Term.Kl

    /// −log p(y|x), nats per example.
    let crossEntropy = Loss.Term Term.CrossEntropy

    /// Squared error, averaged over target dimensions.
    let mse = Loss.Term Term.Mse

    /// A weight that grows in a straight line and reaches 1 in epoch `epochs`: `ramp 10 * kl`.
    let ramp epochs = Weight.Ramp epochs

    /// A weight that goes in a straight line from `from` in epoch 1 to `until` in epoch `epochs`, and stays there.
    let anneal from until epochs = Weight.Anneal(from, until, epochs)

    // ---- Data

    /// MNIST: 28×28 handwritten digits, 10 classes.
    let mnist = Data.from Source.Mnist

    /// Fashion-MNIST: 28×28 pictures of clothes, 10 classes.
    let fashionMnist = Data.from Source.FashionMnist

    /// 28×28 stroke digits drawn from a seed, 10 classes; nothing to download.
    let digits = Data.from Source.Digits

    /// Two interleaved half circles in the plane, 2 classes.
    let moons = Data.from Source.Moons

    /// Friedman's first regression function of ten uniform inputs, with unit noise.
    let friedman = Data.from Source.Friedman

    /// Keeps `count` training examples, as many of each class.
    let take count (data: Data) = { data with Take = Some count }

    /// Holds out this share of the training part, in [0, 1), for validation (otherwise 0.1).
    let validation share (data: Data) = { data with Validation = share }

    // ---- Training: an optimiser, then what differs from the defaults

    /// Adam (Kingma and Ba 2015).
    let adam rate = Training.start (Optimizer.Adam rate)

    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019), 0.01 unless `weightDecay` says otherwise.
    let adamW rate =
        { Training.start (Optimizer.AdamW rate) with
            WeightDecay = 0.01 }

    /// Stochastic gradient descent.
    let sgd rate =
        Training.start (Optimizer.Sgd(rate, 0.0))

    /// Momentum of `sgd`, in [0, 1). Throws InvalidExperiment after another optimiser, which has none to set.
    let momentum factor (training: Training) =
        match training.Optimizer with
        | Optimizer.Sgd(rate, _) ->
            { training with
                Optimizer = Optimizer.Sgd(rate, factor) }
        | Optimizer.Adam _
        | Optimizer.AdamW _ ->
            raise (
                InvalidExperiment $"momentum belongs to sgd, but stands after {training}: drop it, or start from sgd"
            )

    /// How often training goes over the data (otherwise 10).
    let epochs count (training: Training) = { training with Epochs = count }

    /// Examples per step (otherwise 128).
    let batch size (training: Training) = { training with Batch = size }

    /// Lowers the rate to 0 along half a cosine.
    let cosine (training: Training) =
        { training with
            Schedule = Schedule.Cosine }

    /// Multiplies the rate by `factor` after every `every` epochs.
    let stepDecay every factor (training: Training) =
        { training with
            Schedule = Schedule.Step(every, factor) }

    /// Raises the rate in a straight line from 0 over the first `epochs` epochs.
    let warmUp epochs (training: Training) = { training with WarmUp = epochs }

    /// Scales gradients down to this global norm where they exceed it.
    let clip norm (training: Training) = { training with Clip = Some norm }

    /// Weight decay (decoupled for `adamW`, added to the gradient otherwise).
    let weightDecay factor (training: Training) = { training with WeightDecay = factor }

    /// Stops when the validation loss has not improved for `patience` epochs, and restores the best weights.
    let earlyStopping patience (training: Training) =
        { training with
            Patience = Some patience }

    /// Trains with libtorch's own operations instead of GenDisc's kernels: slower, and equal up to rounding.
    let withoutKernels (training: Training) = { training with Kernels = false }
