/// What must hold of what happens to every example before a model sees it.
module internal GenDisc.PreparationRules

/// What is wrong with a corruption of examples of this shape, and what to write.
let private corruption (d: Data) (shape: Shape) c =
    let finite (x: float) = System.Double.IsFinite x

    match c, shape with
    | Corruption.Noise deviation, _ when not (finite deviation && deviation >= 0.0) ->
        Some($"noisy expects a finite deviation of at least 0.0, but got {Show.number deviation}", "write noisy 0.3")
    | Corruption.Missing rate, _ when not (rate >= 0.0 && rate < 1.0) ->
        Some($"missing expects a rate from 0.0 to below 1.0, but got {Show.number rate}", "write missing 0.5")
    | Corruption.Blur deviation, Image(_, h, w) when not (deviation >= 0.0 && deviation <= float (max h w)) ->
        Some(
            $"blurred expects a deviation of 0.0 to {Show.integer (max h w)} pixels, but got {Show.number deviation}",
            "write blurred 1.5"
        )
    | Corruption.Turn degrees, Image _ when not (abs degrees <= 180.0) ->
        Some($"turned expects an angle of -180.0 to 180.0 degrees, but got {Show.number degrees}", "write turned 30.0")
    | (Corruption.Blur _ | Corruption.Turn _), Vector _ ->
        let word, _ = PreparationText.words (Preparation.Corrupt c)
        Some($"{word} changes images, but {Data.title d} has examples of {shape}", $"drop {word}")
    | _ -> None

/// What is known of data that are declared well.
let private known knowing (d: Data) =
    if (DataRules.declared d).IsEmpty then knowing d else None

/// Whether a model makes something in the shape of its own data.
let private restores (m: Model) =
    match m.Blocks with
    | (Block.Rbm _ | Block.GaussianRbm _) :: _ -> true
    | blocks -> blocks |> List.exists (fun block -> block.IsVae || block.IsAutoencoder || block.IsDiffusion)

/// Whether a model draws latents of another one.
let private drawsLatents (m: Model) =
    m.Blocks |> List.exists _.IsDiffusion
    && m.Blocks |> List.exists (fun block -> not block.IsDiffusion)

/// What is wrong with letting an experiment's model restore examples of this shape, and what to do.
let private restorer knowing (facts: Facts) word (declared: IDeclared) =
    match declared with
    | :? Experiment as inner when not (restores inner.Model) ->
        Some(
            $"{word} asks a model to make examples anew, which {Show.name inner.Name} does not",
            "name an experiment with a vae, an autoencoder, a diffusion model, or an rbm or gaussianRbm that reads the data itself"
        )
    | :? Experiment as inner when word = "infilled" && drawsLatents inner.Model ->
        Some(
            $"infilled keeps what is seen of an example, but {Show.name inner.Name} draws latents, each of which stands for all of it",
            "name an experiment whose diffusion model reads the data itself"
        )
    | :? Experiment as inner ->
        match known knowing inner.Data with
        | Some(within: Facts) when within.Shape <> facts.Shape ->
            Some(
                $"{word} expects a model of {facts.Shape}, but {Show.name inner.Name} was made for {within.Shape}",
                "name one that was trained on data of the same shape"
            )
        | Some _ when inner.Data.Source.IsTable || inner.Data.Source.IsClassTable ->
            Some(
                $"{word} expects a model of examples as they are, but those of {Show.name inner.Name} are standardised rows of a table",
                "name one that was trained on the same data"
            )
        | _ -> None
    | _ -> Some($"{word} expects an experiment, but {Show.name declared.Name} is none", "name a declared experiment")

/// What is hidden when the n-th step's turn comes, as far as it can still be told from what is seen.
[<RequireQualifiedAccess>]
type private Hidden =
    | Nothing
    | Known
    /// By this word, after `missing`, seen and unseen were mixed.
    | Mixed of string

let private after hidden preparation =
    let word, _ = PreparationText.words preparation

    match hidden, preparation with
    | _, Preparation.Corrupt(Corruption.Missing _) -> Hidden.Known
    | _, Preparation.Infill _ -> Hidden.Nothing
    | Hidden.Known, (Preparation.Corrupt(Corruption.Blur _ | Corruption.Turn _) | Preparation.Reconstruct _) ->
        Hidden.Mixed word
    | before, _ -> before

/// What is wrong with filling in where this is hidden, and what to do.
let private infill hidden =
    match hidden with
    | Hidden.Known -> None
    | Hidden.Nothing ->
        Some("infilled fills in what missing hides, but nothing is hidden here", "write missing 0.5 before infilled")
    | Hidden.Mixed word ->
        Some(
            $"infilled must know what missing hid, but {word} mixes it with what is seen",
            $"put infilled right after missing, {word} before or after both"
        )

let private isTable (d: Data) =
    d.Source.IsTable || d.Source.IsClassTable

/// Problems of what is done to the examples of these data, given what is known of them.
let data (knowing: Data -> Facts option) (d: Data) (facts: Facts) =
    let words = d.Prepared |> List.map (PreparationText.words >> fst)
    let part = DataRules.nthOf d words

    let hidden = d.Prepared |> List.scan after Hidden.Nothing

    let wrong i preparation =
        match preparation, facts.Shape with
        | _, Sequence _ ->
            Some($"{words[i]} changes images and vectors, which {Data.title d} has not", $"drop {words[i]}")
        | _ when isTable d ->
            Some(
                $"{words[i]} changes images and vectors, but examples of {Data.title d} are rows of a table",
                $"drop {words[i]}"
            )
        | Preparation.Corrupt c, shape -> corruption d shape c
        | Preparation.Reconstruct inner, _ -> restorer knowing facts words[i] inner
        | Preparation.Infill inner, _ -> Option.orElse (restorer knowing facts words[i] inner) (infill hidden[i])

    [ for i, preparation in List.indexed d.Prepared do
          match wrong i preparation, preparation with
          | Some(says, hint), _ -> Problem.within Place.Data (part i) says hint
          | None, (Preparation.Reconstruct inner | Preparation.Infill inner) ->
              for says, hint in EncoderRules.leaksOf knowing d [ inner ] do
                  Problem.within Place.Data (part i) says hint
          | None, Preparation.Corrupt _ -> () ]

/// Problems of corruptions of the data that a model is asked to find strange. Those that the experiment's own examples
/// undergo come after them.
let against (knowing: Data -> Facts option) (d: Data) =
    let strange =
        d.Against
        |> Option.filter (fun other -> not other.Prepared.IsEmpty)
        |> Option.map (fun other -> other, known knowing other)

    match strange with
    | Some(other, Some strange) ->
        let trained =
            other.Prepared
            |> List.tryFind (fun preparation -> not preparation.IsCorrupt)
            |> Option.map (fun preparation ->
                let word, _ = PreparationText.words preparation

                $"{word} stands inside against, where other data are only corrupted",
                $"drop {word} there: what restores the experiment's own examples restores those too")

        let found =
            match trained with
            | Some problem -> [ problem ]
            | None -> [ for problem in data knowing other strange -> problem.Says, problem.Hint ]

        [ for says, hint in found do
              yield! DataRules.expecting d false "against" says hint ]
    | _ -> []
