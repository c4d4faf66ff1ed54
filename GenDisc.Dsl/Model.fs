namespace GenDisc

open System

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

module Block =
    let private activation a =
        match a with
        | Activation.Relu -> "relu"
        | Activation.Gelu -> "gelu"
        | Activation.Tanh -> "tanh"
        | Activation.Silu -> "silu"

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
        | Block.Pool -> Show.text "pool"
        | Block.Activation a -> Show.text (activation a)
        | Block.Dropout rate -> Show.text $"dropout {Show.numberArgument rate}"
        | Block.BatchNorm -> Show.text "batchNorm"
        | Block.LayerNorm -> Show.text "layerNorm"
        | Block.Residual inner -> Show.concat [ Show.text "residual "; argument path inner ]
        | Block.Vae(latent, likelihood) -> Show.text (bottleneck "Vae" likelihood latent)
        | Block.Autoencoder(latent, likelihood) -> Show.text (bottleneck "Autoencoder" likelihood latent)
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

    /// A composition, each block marked with its path of indices.
    let internal compositionOf blocks = composition [] blocks

    /// A composition as the argument of a function.
    let internal argumentOf blocks = (argument [] blocks).Text

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
