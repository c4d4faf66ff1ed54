namespace GenDisc

/// The words of the language, all that `open GenDisc` brings into a script.
[<AutoOpen>]
module Language =
    // ---- Blocks: components, composed by >>

    /// Fully connected to `width` numbers; flattens an image first.
    let dense width = Model.add (Block.Dense width)

    /// Convolution to `channels` channels, 3×3 on images and over 3 steps on sequences; the size stays.
    let conv channels = Model.add (Block.Conv channels)

    /// Convolution of a sequence whose 3 taps are `dilation` steps apart, centred; the length stays.
    let dilatedConv channels dilation =
        Model.add (Block.DilatedConv(channels, dilation))

    /// As `dilatedConv`, but looking only back, so that a step never sees a later one (van den Oord et al. 2016).
    let causalConv channels dilation =
        Model.add (Block.CausalConv(channels, dilation))

    /// Max-pooling of 2×2 pixels, or of 2 steps: halves height and width, or the length.
    let pool: Component = Model.add Block.Pool

    /// Mean over all pixels of each channel, or over all steps of each feature.
    let globalPool: Component = Model.add Block.GlobalPool

    /// Maximum over all pixels of each channel, or over all steps of each feature.
    let globalMaxPool: Component = Model.add Block.GlobalMaxPool

    /// Recurrent layer of `width` tanh units over a sequence (Elman 1990). It leaves the states of all steps; a head or
    /// dense block after it reads the last one unless `meanState` or `allStates` stands between.
    let rnn width =
        Model.add (Block.Recurrent(Cell.Rnn, width))

    /// As `rnn`, of long short-term memory cells (Hochreiter and Schmidhuber 1997).
    let lstm width =
        Model.add (Block.Recurrent(Cell.Lstm, width))

    /// As `rnn`, of gated recurrent units (Cho et al. 2014).
    let gru width =
        Model.add (Block.Recurrent(Cell.Gru, width))

    /// The recurrent blocks in `f` read sequences in both directions and leave the states of both side by side.
    let bidirectional (f: Component) =
        Model.add (Block.Bidirectional (Model.ofComponent f).Blocks)

    /// The state after the last real step of a sequence.
    let lastState: Component = Model.add (Block.States States.Last)

    /// The mean of the states over the real steps of a sequence.
    let meanState: Component = Model.add (Block.States States.Mean)

    /// The states of all steps, one after another, for a head or dense block that follows.
    let allStates: Component = Model.add (Block.States States.All)

    /// Adds Gaussian noise in training, which a decoder after it learns to remove: a denoising autoencoder.
    let gaussianNoise deviation =
        Model.add (Block.GaussianNoise deviation)

    /// Sets numbers to zero with probability `rate` in training, without scaling the rest: a denoising autoencoder's
    /// corruption (Vincent et al. 2010).
    let maskingNoise rate = Model.add (Block.MaskingNoise rate)

    /// A learned vector of `size` numbers for each categorical column of a table (Guo and Berkhahn 2016); numeric
    /// columns, which are standardised, pass through.
    let embed size = Model.add (Block.Embed size)

    /// The main path of another experiment's trained model up to its heads, frozen; of a vae the mean of q(z|x).
    /// The experiment is run first, unless it has been. Inputs of the same quantities come to it on the scale that it was
    /// trained on.
    let encoder (experiment: Experiment) =
        Model.add (Block.Encoder(experiment, false))

    /// As `encoder`, but the main path goes on learning.
    let finetuned (experiment: Experiment) =
        Model.add (Block.Encoder(experiment, true))

    /// max(0, x).
    let relu: Component = Model.add (Block.Activation Activation.Relu)

    /// x Φ(x).
    let gelu: Component = Model.add (Block.Activation Activation.Gelu)

    /// Hyperbolic tangent (the block; the function on floats is `System.Math.Tanh`).
    let tanh: Component = Model.add (Block.Activation Activation.Tanh)

    /// 1 / (1 + exp(−x)).
    let sigmoid: Component = Model.add (Block.Activation Activation.Sigmoid)

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

    /// Restricted Boltzmann machine of `hidden` units over data in [0, 1], where grey values count as probabilities. It
    /// is trained by `cd`, `pcd`, `tempering` or `nll`; blocks after it read the probabilities of its hidden units.
    let rbm hidden = Model.add (Block.Rbm hidden)

    /// `rbm` over real numbers with learned variances (Cho, Ilin and Raiko 2011).
    let gaussianRbm hidden =
        Model.add (Block.GaussianRbm(hidden, true))

    /// `gaussianRbm` whose variances stay at 1: for standardised data.
    let unitGaussianRbm hidden =
        Model.add (Block.GaussianRbm(hidden, false))

    /// Restricted Boltzmann machine over the data and their class together, which gives p(y|x) exactly: a head
    /// (Larochelle et al. 2012). `crossEntropy + 0.01 * pcd 1` trains it on both.
    let classRbm hidden = Model.add (Block.ClassRbm hidden)

    /// Boltzmann machine of `hidden` units with couplings among visible and among hidden units too; 0 for none hidden.
    let boltzmann hidden = Model.add (Block.Boltzmann hidden)

    /// Deep belief network: restricted machines of these widths that learn one after the other, each from the features
    /// of the one below, for an equal share of the epochs (Hinton, Osindero and Teh 2006). Tune it with
    /// `model (finetuned pretrained >> classifier [])`.
    let dbn hidden = Model.add (Block.Dbn hidden)

    /// Head that tells the classes apart, and whose logits are an energy of the input too, −log Σ_y exp(logit_y)
    /// (Grathwohl et al. 2020): trained by `crossEntropy + 1.0 * energy`.
    let energyClassifier hidden =
        Model.add (Block.EnergyClassifier hidden)

    /// Conditional VAE: as `vae`, but q(z|x, y) and p(x|z, y) are told the class (Sohn, Lee and Yan 2015). Trained by `elbo`
    /// on labelled data; `augment` draws labelled examples from it.
    let cvae latent = Model.add (Block.Cvae latent)

    /// Model M2 of Kingma et al. 2014: a classifier q(y|x), and a VAE told the class, each with these hidden layers. Trained
    /// by `elbo + 50.0 * crossEntropy` on `semiSupervised` data, where the ELBO sums over the classes of unlabelled examples.
    /// After `encoder` of a trained vae it is their M1+M2.
    let m2 latent hidden = Model.add (Block.M2(latent, hidden))

    /// Dropout of this rate that stays on after training: the prediction is the mean over so many passes, and their spread
    /// tells what the model does not know (Gal and Ghahramani 2016).
    let mcDropout rate passes =
        Model.add (Block.McDropout(rate, passes))

    /// The mean prediction of the trained models of other experiments, such as one experiment at several seeds: a deep
    /// ensemble (Lakshminarayanan, Pritzel and Blundell 2017). Nothing is trained but its members.
    let ensemble (members: Experiment list) =
        Model.add (Block.Ensemble(members |> List.map (fun e -> e :> IDeclared)))

    /// Head that tells the classes apart, with hidden layers of these widths; leaves the main path as it was.
    let classifier hidden = Model.add (Block.Classifier hidden)

    /// Head that predicts the targets, with hidden layers of these widths; leaves the main path as it was.
    let regressor hidden = Model.add (Block.Regressor hidden)

    /// Seals a composition into a value: `model (vae 32 >> classifier [128])`.
    let model (c: Component) = Model.ofComponent c

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

    /// Keeps an exponential moving average of the weights, of which every step leaves `decay`, in (0, 1); the first steps leave
    /// less. Validation, early stopping and the finished model are those of the average: `adam 1e-3 |> ema 0.999`.
    let ema decay (training: Training) = { training with Average = Some decay }

    /// Trains with libtorch's own operations instead of GenDisc's kernels: slower, and equal up to rounding.
    let withoutKernels (training: Training) = { training with Kernels = false }
