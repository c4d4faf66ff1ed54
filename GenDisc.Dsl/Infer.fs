/// Shape inference: a fold of the data's shape over a model's blocks.
module internal GenDisc.Infer

open GenDisc.Position
open GenDisc.PlanRows

/// What a model becomes for given data. Stages and rows mean something only when there are no problems.
type Inferred =
    {
        Stages: Stage list
        Rows: Row list
        Problems: Problem list
        /// Where the last block leaves the main path.
        Leaves: Position
    }

/// The state of the fold; stages, rows, problems and encoder layers in reverse.
type private Walk =
    { Facts: Facts
      Position: Position
      Encoder: Layer list
      Bottleneck: Block option
      Machine: Block option
      Head: Block option
      Stages: Stage list
      Rows: Row list
      Problems: Problem list }

let private prepend items list = List.rev items @ list

let private trunk path block walk =
    let step = Trunk.step walk.Facts path walk.Position block

    { walk with
        Position = step.After
        Encoder = prepend step.Layers walk.Encoder
        Stages = Stage.Trunk step.Layers :: walk.Stages
        Rows =
            row (Block.brief block) walk.Position.Shape step.After.Shape step.Layers
            :: walk.Rows
        Problems = prepend step.Problems walk.Problems }

/// Blocks that stand in where none is written; the plan says so.
let private standard blocks walk =
    blocks
    |> List.fold
        (fun walk block ->
            let walk = trunk [] block walk

            { walk with
                Rows =
                    { walk.Rows.Head with
                        Text = $"{walk.Rows.Head.Text} (standard)" }
                    :: walk.Rows.Tail })
        walk

let private standardEncoder =
    standard [ Block.Dense 400; Block.Activation Activation.Relu ]

let private bottleneck (data: Data) path (block: Block) latent wanted walk =
    let shape = walk.Facts.Shape

    let walk =
        if walk.Bottleneck.IsNone && not (List.exists Mirror.isWeighted walk.Encoder) then
            standardEncoder walk
        elif walk.Position.States then
            standard [ Block.States States.Last ] walk
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
        | None, Vector _
        | None, Sequence _ -> Likelihood.Gaussian

    let problems =
        [ yield! sized
          match walk.Bottleneck with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} is a second bottleneck after {Block.show first}, but a model has at most one"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          match walk.Machine with
          | Some first ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} cannot follow {Block.show first}: a model has one of a Boltzmann machine and a bottleneck"
                  $"keep one of {Block.show first} and {Block.show block}"
          | None -> ()
          if walk.Facts.Varies then
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} reconstructs sequences of one length, but those of {Data.title data} differ in length"
                  "use other data, or a classifier without a bottleneck"
          if wanted = Some Likelihood.Bernoulli && not walk.Facts.InUnitInterval then
              let plain = (Block.show block).Replace("bernoulliV", "v").Replace("bernoulliA", "a")

              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects data in [0, 1], but {Data.title data} has values outside"
                  $"write {plain}, whose likelihood is Gaussian for vectors" ]

    let entry = flatten walk.Position
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
          Head = false
          Parameters = parameters
          Flops = Cost.total (List.replicate (int maps) (Cost.affineFlops (Cost.size received) size)) }

    { walk with
        Position =
            { walk.Position with
                Shape = Vector size
                Sure = sized.IsEmpty
                Flattened = true
                States = false }
        Bottleneck = Some(Option.defaultValue block walk.Bottleneck)
        Stages = stage :: walk.Stages
        Rows = prepend (own :: decoderRows shape size likelihood decoder) walk.Rows
        Problems = prepend problems walk.Problems }

let private isTuned layer =
    match layer with
    | Layer.Pretrained p -> p.Tuned
    | _ -> false

let private machine (data: Data) path (block: Block) walk =
    let isEncoder layer =
        match layer with
        | Layer.Pretrained _ -> true
        | _ -> false

    // the features of a machine are probabilities
    let leavesAnything layer =
        match layer with
        | Layer.Pretrained { Declared = :? Experiment as inner } ->
            inner.Model.Blocks
            |> List.filter (fun block -> not (Block.classifies block || block.IsRegressor))
            |> List.tryLast
            |> Option.forall (Block.isMachine >> not)
        | _ -> false

    let found =
        MachineShapes.infer
            data
            walk.Facts
            path
            block
            { Position = walk.Position
              Learned =
                walk.Encoder
                |> List.exists (fun l -> Mirror.isWeighted l && not (isEncoder l) || isTuned l)
              Encoded = List.exists leavesAnything walk.Encoder
              Other = Option.orElse walk.Bottleneck walk.Machine
              Head = walk.Head }

    let heads = if block.IsClassRbm then Some block else None

    { walk with
        Position = found.After
        Machine = Some(Option.defaultValue block walk.Machine)
        Head = Option.orElse heads walk.Head
        Stages =
            prepend
                [ if not found.Before.IsEmpty then
                      Stage.Trunk found.Before
                  yield! List.map Stage.Machine found.Stages ]
                walk.Stages
        Rows = prepend found.Rows walk.Rows
        Problems = prepend found.Problems walk.Problems }

let private head (data: Data) path (block: Block) hidden walk =
    let received = walk.Position.Shape

    let outputs, fits, stage =
        match block with
        | Block.Classifier _ -> walk.Facts.Classes, walk.Facts.Classes > 0, Stage.Classifier
        | Block.EnergyClassifier _ -> walk.Facts.Classes, walk.Facts.Classes > 0, Stage.EnergyClassifier
        | _ -> walk.Facts.Targets, walk.Facts.Targets > 0, Stage.Regressor

    let widths = [ flatSize walk.Position; yield! hidden; max 1 outputs ]

    let layers =
        [ yield! flatten walk.Position
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
                  if Block.classifies block then
                      "classes, but {0} has a target to regress on", "regressor [64] with mse"
                  else
                      "targets to regress on, but {0} has classes", "classifier [128] with crossEntropy"

              Problem.at
                  (Place.Block path)
                  $"{Block.show block} expects {System.String.Format(says, Data.title data)}"
                  $"use {instead}, or other data"
          match walk.Machine, block with
          | Some(Block.Dbn _ as dbn), _ ->
              Problem.at
                  (Place.Block path)
                  $"{Block.show block} would learn from {Block.show dbn} while its machines learn one after the other"
                  $"train the network alone, then model (finetuned pretrained >> {Block.show block})"
          | _, Block.EnergyClassifier _ -> yield! EnergyShapes.problems walk.Facts data path block (List.rev walk.Encoder)
          | _ -> () ]

    { walk with
        Head = Some(Option.defaultValue block walk.Head)
        Stages = stage layers :: walk.Stages
        Rows =
            { row (Block.show block) received (Vector(max 1 outputs)) layers with
                Head = true }
            :: walk.Rows
        Problems = prepend problems walk.Problems }

/// What an experiment that stands inside another one gives it: its main path up to its heads.
let private encoder (knowing: Data -> Facts option) infer path (block: Block) (declared: IDeclared) tuned walk =
    let problem says hint =
        { walk with
            Position = { walk.Position with Sure = false }
            Problems = Problem.at (Place.Block path) says hint :: walk.Problems }

    match declared with
    | :? Experiment as inner ->
        match knowing inner.Data with
        | Some facts when
            facts.Shape = walk.Facts.Shape
            && walk.Position.Shape = facts.Shape
            && not (List.exists Mirror.isWeighted walk.Encoder)
            ->
            let inferred: Inferred = infer facts inner

            if not inferred.Problems.IsEmpty then
                problem
                    $"{Block.brief block} stands for an experiment that is not valid itself"
                    $"check {Show.name inner.Name} on its own: {inferred.Problems.Head.Says}"
            else
                let used =
                    inferred.Rows
                    |> List.filter (fun row -> not (row.Text.StartsWith("decoder: ", System.StringComparison.Ordinal)))

                let path = used |> List.filter (fun row -> not row.Head)

                let layer =
                    Layer.Pretrained
                        { Declared = declared
                          Tuned = tuned
                          In = facts.Shape
                          Out = inferred.Leaves.Shape
                          Parameters = path |> List.map _.Parameters |> Cost.total
                          Flops = path |> List.map _.Flops |> Cost.total }

                { walk with
                    Position =
                        { moved inferred.Leaves.Shape walk.Position.Sure walk.Position with
                            States = inferred.Leaves.States
                            Backward = inferred.Leaves.Backward }
                    Encoder = layer :: walk.Encoder
                    Stages = Stage.Trunk [ layer ] :: walk.Stages
                    Rows = row (Block.brief block) facts.Shape inferred.Leaves.Shape [ layer ] :: walk.Rows }
        | Some facts ->
            problem
                $"{Block.brief block} expects {facts.Shape}, which {Show.name inner.Name} was declared for, but receives {describe walk.Position}"
                "put it first, on data of the same shape"
        | None -> problem $"{Block.brief block} needs {Data.show inner.Data}, which could not be read" "check its path"
    | other -> invalidOp $"{other.GetType()} is no experiment"

/// Folds the data's shape over the blocks. After a block that does not fit it goes on with a guess.
let rec model (knowing: Data -> Facts option) (facts: Facts) (data: Data) (m: Model) : Inferred =
    let start =
        { Facts = facts
          Position = Position.start facts.Shape
          Encoder = []
          Bottleneck = None
          Machine = None
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
            | Block.Rbm _
            | Block.GaussianRbm _
            | Block.ClassRbm _
            | Block.Boltzmann _
            | Block.Dbn _ -> machine data [ i ] block walk
            | Block.EnergyClassifier hidden
            | Block.Classifier hidden
            | Block.Regressor hidden -> head data [ i ] block hidden walk
            | Block.Encoder(declared, tuned) ->
                encoder knowing (fun facts e -> model knowing facts e.Data e.Model) [ i ] block declared tuned walk
            | _ -> trunk [ i ] block walk)

    { Stages = List.rev walk.Stages
      Rows = List.rev walk.Rows
      Problems = List.rev walk.Problems
      Leaves = walk.Position }
