namespace GenDisc

open System

/// An element-wise nonlinearity.
[<RequireQualifiedAccess>]
type Activation =
    | Relu
    | Gelu
    | Tanh
    | Silu
    | Sigmoid

/// A recurrent cell.
[<RequireQualifiedAccess>]
type Cell =
    /// Elman's, with tanh.
    | Rnn
    | Lstm
    | Gru

/// What is read off the states of a sequence.
[<RequireQualifiedAccess>]
type States =
    | Last
    | Mean
    | All

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
    /// As Conv, for sequences: taps `dilation` steps apart, centred.
    | DilatedConv of channels: int * dilation: int
    /// As DilatedConv, but looking only back.
    | CausalConv of channels: int * dilation: int
    /// 2×2 max-pooling, stride 2; on a sequence, two steps to one.
    | Pool
    /// Mean over all pixels or steps.
    | GlobalPool
    /// Maximum over all pixels or steps.
    | GlobalMaxPool
    /// Recurrent layer over a sequence; leaves the states of all steps.
    | Recurrent of Cell * width: int
    /// The recurrent blocks inside read each sequence in both directions.
    | Bidirectional of Block list
    /// What the next block that wants a vector reads off a sequence.
    | States of States
    /// Adds Gaussian noise in training.
    | GaussianNoise of deviation: float
    /// Sets inputs to 0 with this probability in training.
    | MaskingNoise of rate: float
    /// A learned vector for each categorical column of a table; numeric columns pass through.
    | Embed of size: int
    /// The main path of another experiment's trained model, up to its heads. Tuned: it goes on learning.
    | Encoder of IDeclared * tuned: bool
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
    /// Restricted Boltzmann machine over units in {0, 1}; leaves the probabilities of its hidden units.
    | Rbm of hidden: int
    /// The same over real numbers, whose variances are learned or stay at 1.
    | GaussianRbm of hidden: int * learned: bool
    /// Restricted machine over the data and their class; a head.
    | ClassRbm of hidden: int
    /// Boltzmann machine with couplings among visible and among hidden units too.
    | Boltzmann of hidden: int
    /// Restricted machines on top of each other, which learn one after the other.
    | Dbn of hidden: int list
    /// Gaussian bottleneck that is told the class, as its mirrored decoder is; a sink.
    | Cvae of latent: int
    /// Kingma's M2: q(y|x), q(z|x, y) and p(x|y, z), each with these hidden layers; a head.
    | M2 of latent: int * hidden: int list
    /// Dropout that stays on after training: predictions are averaged over so many passes.
    | McDropout of rate: float * passes: int
    /// The mean prediction of other experiments' trained models; a head without parameters of its own.
    | Ensemble of IDeclared list
    /// Denoises noisy examples, of the data or of an encoder's latents; a sink.
    | Diffusion of Diffusion
    /// Head whose logits are an energy of the input too.
    | EnergyClassifier of hidden: int list
    /// Head: leaves the main path as it was.
    | Classifier of hidden: int list
    /// Head: leaves the main path as it was.
    | Regressor of hidden: int list

module Block =
    let private activation a =
        match a with
        | Activation.Relu -> "relu"
        | Activation.Gelu -> "gelu"
        | Activation.Tanh -> "tanh"
        | Activation.Silu -> "silu"
        | Activation.Sigmoid -> "sigmoid"

    let private cell c =
        match c with
        | Cell.Rnn -> "rnn"
        | Cell.Lstm -> "lstm"
        | Cell.Gru -> "gru"

    let private states s =
        match s with
        | States.Last -> "lastState"
        | States.Mean -> "meanState"
        | States.All -> "allStates"

    let private bottleneck name likelihood latent =
        let words =
            match likelihood with
            | None -> name
            | Some Likelihood.Bernoulli -> "bernoulli" + name
            | Some Likelihood.Gaussian -> "gaussian" + name

        $"{Char.ToLowerInvariant words[0]}{words.Substring 1} {Show.integerArgument latent}"

    let private head name hidden =
        let widths = hidden |> List.map Show.integer |> String.concat "; "
        $"{name} [{widths}]"

    let rec private marked path block : Show.Marked<int list> =
        match block with
        | Block.Dense n -> Show.text $"dense {Show.integerArgument n}"
        | Block.Conv n -> Show.text $"conv {Show.integerArgument n}"
        | Block.DilatedConv(n, d) -> Show.text $"dilatedConv {Show.integerArgument n} {Show.integerArgument d}"
        | Block.CausalConv(n, d) -> Show.text $"causalConv {Show.integerArgument n} {Show.integerArgument d}"
        | Block.Pool -> Show.text "pool"
        | Block.GlobalPool -> Show.text "globalPool"
        | Block.GlobalMaxPool -> Show.text "globalMaxPool"
        | Block.Recurrent(c, n) -> Show.text $"{cell c} {Show.integerArgument n}"
        | Block.Bidirectional inner -> Show.concat [ Show.text "bidirectional "; argument path inner ]
        | Block.States s -> Show.text (states s)
        | Block.GaussianNoise deviation -> Show.text $"gaussianNoise {Show.numberArgument deviation}"
        | Block.MaskingNoise rate -> Show.text $"maskingNoise {Show.numberArgument rate}"
        | Block.Embed n -> Show.text $"embed {Show.integerArgument n}"
        | Block.Encoder(e, tuned) ->
            let word = if tuned then "finetuned" else "encoder"
            Show.text $"{word} {e.Source}"
        | Block.Activation a -> Show.text (activation a)
        | Block.Dropout rate -> Show.text $"dropout {Show.numberArgument rate}"
        | Block.BatchNorm -> Show.text "batchNorm"
        | Block.LayerNorm -> Show.text "layerNorm"
        | Block.Residual inner -> Show.concat [ Show.text "residual "; argument path inner ]
        | Block.Vae(latent, likelihood) -> Show.text (bottleneck "Vae" likelihood latent)
        | Block.Autoencoder(latent, likelihood) -> Show.text (bottleneck "Autoencoder" likelihood latent)
        | Block.Rbm n -> Show.text $"rbm {Show.integerArgument n}"
        | Block.GaussianRbm(n, learned) ->
            let word = if learned then "gaussianRbm" else "unitGaussianRbm"
            Show.text $"{word} {Show.integerArgument n}"
        | Block.ClassRbm n -> Show.text $"classRbm {Show.integerArgument n}"
        | Block.Boltzmann n -> Show.text $"boltzmann {Show.integerArgument n}"
        | Block.Dbn hidden -> Show.text (head "dbn" hidden)
        | Block.Cvae latent -> Show.text $"cvae {Show.integerArgument latent}"
        | Block.M2(latent, hidden) -> Show.text (head $"m2 {Show.integerArgument latent}" hidden)
        | Block.McDropout(rate, passes) ->
            Show.text $"mcDropout {Show.numberArgument rate} {Show.integerArgument passes}"
        | Block.Ensemble members ->
            let written = members |> List.map _.Source |> String.concat "; "
            Show.text $"ensemble [{written}]"
        | Block.Diffusion d ->
            let written = string d
            Show.text $"diffusion ({written})"
        | Block.EnergyClassifier hidden -> Show.text (head "energyClassifier" hidden)
        | Block.Classifier hidden -> Show.text (head "classifier" hidden)
        | Block.Regressor hidden -> Show.text (head "regressor" hidden)

    and private composition path blocks =
        match blocks with
        | [] -> Show.text "id"
        | _ ->
            blocks
            |> List.mapi (fun i block -> Show.mark (path @ [ i ]) (marked (path @ [ i ]) block))
            |> Show.joined " >> "

    and private argument path blocks =
        let inside = composition path blocks

        if inside.Text.Contains ' ' then
            Show.concat [ Show.text "("; inside; Show.text ")" ]
        else
            inside

    /// The block's own source.
    let show block = (marked [] block).Text

    /// The block in a few words: its source, but an experiment inside by its name, and of a diffusion model the network alone.
    let brief block =
        match block with
        | Block.Encoder(e, tuned) -> $"""{if tuned then "finetuned" else "encoder"} {Show.name e.Name}"""
        | Block.Ensemble members ->
            let names = members |> List.map (fun e -> Show.name e.Name) |> String.concat "; "
            $"ensemble [{names}]"
        | Block.Diffusion d -> $"diffusion ({d.Network})"
        | _ -> show block

    /// The experiments that stand inside a composition, in the order in which they are written.
    let rec declared blocks =
        blocks
        |> List.collect (fun block ->
            match block with
            | Block.Encoder(e, _) -> [ e ]
            | Block.Ensemble members -> members
            | Block.Residual inner
            | Block.Bidirectional inner -> declared inner
            | _ -> [])

    /// A composition, each block marked with its path of indices.
    let internal compositionOf blocks = composition [] blocks

    /// A composition as the argument of a function.
    let internal argumentOf blocks = (argument [] blocks).Text

    /// Whether the block is a Boltzmann machine.
    let isMachine (block: Block) =
        block.IsRbm
        || block.IsGaussianRbm
        || block.IsClassRbm
        || block.IsBoltzmann
        || block.IsDbn

    /// Whether the block tells classes apart.
    let classifies (block: Block) =
        block.IsClassifier
        || block.IsClassRbm
        || block.IsEnergyClassifier
        || block.IsM2
        || block.IsEnsemble

    /// Every block, those inside others after them.
    let rec internal everyBlock blocks =
        blocks
        |> List.collect (fun block ->
            match block with
            | Block.Residual inner
            | Block.Bidirectional inner -> block :: everyBlock inner
            | _ -> [ block ])

/// The main path, first block first.
type Model =
    { Blocks: Block list }

    /// The model's own source.
    override this.ToString() = $"model {Block.argumentOf this.Blocks}"

/// A component extends a model, so F#'s own `>>` composes components.
type Component = Model -> Model

module Model =
    let empty = { Blocks = [] }

    /// The component that appends one block.
    let add block : Component =
        fun m -> { Blocks = m.Blocks @ [ block ] }

    /// The value that a composition stands for.
    let ofComponent (c: Component) = c empty

    /// The model as its own source: `model (vae 32 >> classifier [128])`.
    let show (m: Model) = string m

    /// The composition inside `model (…)`, every block marked with its path of indices.
    let source (m: Model) = Block.compositionOf m.Blocks
