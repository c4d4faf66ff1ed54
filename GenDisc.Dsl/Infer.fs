/// Shape inference: a fold of the data's shape over a model's blocks.
module internal GenDisc.Infer

open GenDisc.Trunk

/// What a model becomes for given data. Stages and rows mean something only when there are no problems.
type Inferred =
    { Stages: Stage list
      Rows: Row list
      Problems: Problem list }

/// The state of the fold; stages, rows, problems and encoder layers in reverse.
type private Walk =
    { Position: Position
      Encoder: Layer list
      Bottleneck: Block option
      Head: Block option
      Stages: Stage list
      Rows: Row list
      Problems: Problem list }

let private row text input output layers =
    { Text = text
      In = input
      Out = output
      Parameters = layers |> List.map Cost.parameters |> Cost.total
      Flops = Cost.flopsOf input layers }

let private prepend items list = List.rev items @ list

let private trunk path block walk =
    let step = step path walk.Position block

    { walk with
        Position = step.After
        Encoder = prepend step.Layers walk.Encoder
        Stages = Stage.Trunk step.Layers :: walk.Stages
        Rows =
            row (Block.show block) walk.Position.Shape step.After.Shape step.Layers
            :: walk.Rows
        Problems = prepend step.Problems walk.Problems }

let private standardEncoder walk =
    [ Block.Dense 400; Block.Activation Activation.Relu ]
    |> List.fold
        (fun walk block ->
            let walk = trunk [] block walk

            { walk with
                Rows =
                    { walk.Rows.Head with
                        Text = $"{walk.Rows.Head.Text} (standard)" }
                    :: walk.Rows.Tail })
        walk

/// Rows of a decoder; a change of shape belongs to the row before it.
let private decoderRows data latent likelihood layers =
    let name layer =
        match layer with
        | Layer.Affine(_, n) -> $"dense {Show.integer n}"
        | Layer.Conv(_, n, _, _) -> $"conv {Show.integer n}"
        | Layer.ConvTranspose(_, n, _, _) -> $"convTranspose {Show.integer n}"
        | Layer.Upsample(h, w) -> $"upsample {Show.integer h}×{Show.integer w}"
        | Layer.MaxPool -> "pool"
        | Layer.Apply a -> Block.show (Block.Activation a)
        | Layer.Dropout rate -> Block.show (Block.Dropout rate)
        | Layer.BatchNorm _ -> "batchNorm"
        | Layer.LayerNorm _ -> "layerNorm"
        | Layer.Residual _ -> "residual"
        | Layer.Reshape shape -> $"reshape {shape}"

    let rec rows input layers =
        match layers with
        | [] -> []
        | layer :: Layer.Reshape shape :: rest -> row $"decoder: {name layer}" input shape [ layer ] :: rows shape rest
        | layer :: rest ->
            let output = Cost.output input layer
            row $"decoder: {name layer}" input output [ layer ] :: rows output rest

    [ yield! rows (Vector latent) layers

      match likelihood with
      | Likelihood.Gaussian ->
          { row "decoder: variance" data data [] with
              Parameters = 1L }
      | Likelihood.Bernoulli -> () ]

let private bottleneck (data: Data) path (block: Block) latent wanted walk =
    let shape = Data.shape data

    let walk =
        if walk.Bottleneck.IsNone && not (List.exists Mirror.isWeighted walk.Encoder) then
            standardEncoder walk
        else
            walk

    let received = walk.Position.Shape
    let variational = block.IsVae
    let maps = if variational then 2L else 1L

    let parameters =
        Cost.total (List.replicate (int maps) (Cost.affine (Cost.size received) (int64 (max 1 latent))))

    let sized =
        match positive path block "a latent size" latent $"{(Block.show block).Split(' ')[0]} 32" with
        | [] -> oversize path block parameters latent
        | problems -> problems

    let size = if sized.IsEmpty then latent else 1

    let likelihood =
        match wanted, shape with
        | Some likelihood, _ -> likelihood
        | None, Image _ -> Likelihood.Bernoulli
        | None, Vector _ -> Likelihood.Gaussian

    let problems =
        [ yield! sized
          match walk.Bottleneck with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} is a second bottleneck after {Block.show first}, but a model has at most one"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          if wanted = Some Likelihood.Bernoulli && not (Data.inUnitInterval data) then
              let plain = (Block.show block).Replace("bernoulliV", "v").Replace("bernoulliA", "a")

              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects data in [0, 1], but {Data.storeName data} has values outside"
                  $"write {plain}, whose likelihood is Gaussian for vectors" ]

    let entry = flatten received
    let decoder = Mirror.decoder size shape (List.rev walk.Encoder)

    let stage =
        Stage.Bottleneck
            { Latent = size
              Variational = variational
              Entry = entry
              EntrySize = Shape.size received
              Decoder = decoder
              Likelihood = likelihood }

    let own =
        { Text = Block.show block
          In = received
          Out = Vector size
          Parameters = parameters
          Flops = Cost.total (List.replicate (int maps) (Cost.affineFlops (Cost.size received) size)) }

    { walk with
        Position =
            { walk.Position with
                Shape = Vector size
                Sure = sized.IsEmpty
                Flattened = true }
        Bottleneck = Some(Option.defaultValue block walk.Bottleneck)
        Stages = stage :: walk.Stages
        Rows = prepend (own :: decoderRows shape size likelihood decoder) walk.Rows
        Problems = prepend problems walk.Problems }

let private head (data: Data) path (block: Block) hidden walk =
    let received = walk.Position.Shape

    let outputs, fits, stage =
        match block with
        | Block.Classifier _ -> Data.classes data, Data.classes data > 0, Stage.Classifier
        | _ -> Data.targets data, Data.targets data > 0, Stage.Regressor

    let widths = [ Shape.size received; yield! hidden; max 1 outputs ]

    let layers =
        [ yield! flatten received
          for i, (a, b) in List.indexed (List.pairwise widths) do
              if i > 0 then
                  Layer.Apply Activation.Relu

              Layer.Affine(a, b) ]

    let problems =
        [ match hidden |> List.tryFind (fun n -> n < 1) with
          | Some n ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects hidden widths of at least 1, but got {Show.integer n}"
                  $"write {(Block.show block).Split(' ')[0]} [128], or [] for no hidden layer"
          | None -> yield! oversize path block (layers |> List.map Cost.parameters |> Cost.total) 1L
          match walk.Head with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} is a second head after {Block.show first}, but a model has at most one"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          if not fits then
              let says, instead =
                  if block.IsClassifier then
                      "classes, but {0} has a target to regress on", "regressor [64] with mse"
                  else
                      "targets to regress on, but {0} has classes", "classifier [128] with crossEntropy"

              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects {System.String.Format(says, Data.storeName data)}"
                  $"use {instead}, or other data" ]

    { walk with
        Head = Some(Option.defaultValue block walk.Head)
        Stages = stage layers :: walk.Stages
        Rows = row (Block.show block) received (Vector(max 1 outputs)) layers :: walk.Rows
        Problems = prepend problems walk.Problems }

/// Folds the data's shape over the blocks. After a block that does not fit it goes on with a guess.
let model (data: Data) (m: Model) : Inferred =
    let start =
        { Position = Trunk.start (Data.shape data)
          Encoder = []
          Bottleneck = None
          Head = None
          Stages = []
          Rows = []
          Problems = [] }

    let walk =
        (start, List.indexed m.Blocks)
        ||> List.fold (fun walk (i, block) ->
            match block with
            | Block.Vae(latent, likelihood)
            | Block.Autoencoder(latent, likelihood) -> bottleneck data [ i ] block latent likelihood walk
            | Block.Classifier hidden
            | Block.Regressor hidden -> head data [ i ] block hidden walk
            | _ -> trunk [ i ] block walk)

    { Stages = List.rev walk.Stages
      Rows = List.rev walk.Rows
      Problems = List.rev walk.Problems }
