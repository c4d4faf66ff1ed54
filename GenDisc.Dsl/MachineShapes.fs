/// Shape inference for Boltzmann machines.
module internal GenDisc.MachineShapes

open GenDisc.Position

/// What a block of machines becomes.
type Machines =
    { Before: Layer list
      Stages: Machine list
      Rows: Row list
      After: Position
      Problems: Problem list }

/// What stands before a machine, as far as it matters to it.
type Place =
    {
        Position: Position
        /// The blocks before it.
        Before: Block list
        /// A machine or bottleneck before it.
        Other: Block option
        /// A head before it.
        Head: Block option
    }

let private word (block: Block) = (Block.show block).Split(' ')[0]

let private hiddenOf block =
    match block with
    | Block.Rbm n
    | Block.GaussianRbm(n, _)
    | Block.ClassRbm n
    | Block.Boltzmann n -> [ n ]
    | Block.Dbn hidden -> hidden
    | _ -> []

let private kindOf (facts: Facts) block =
    match block with
    | Block.GaussianRbm(_, learned) -> MachineKind.Gaussian learned
    | Block.ClassRbm _ -> MachineKind.Classes(max 1 facts.Classes)
    | Block.Boltzmann _ -> MachineKind.General
    | _ -> MachineKind.Bernoulli

/// Learned numbers of a machine.
let private parameters machine =
    let visible, hidden = int64 machine.Visible, int64 machine.Hidden
    let pairs (n: int64) = Cost.total [ n * (n - 1L) / 2L ]
    let both = Cost.total [ Cost.affine visible hidden; visible ]

    match machine.Kind with
    | MachineKind.Bernoulli
    | MachineKind.Gaussian false -> both
    | MachineKind.Gaussian true -> Cost.total [ both; visible ]
    | MachineKind.Classes classes -> Cost.total [ both; Cost.affine hidden (int64 classes) ]
    | MachineKind.General -> Cost.total [ both; pairs visible; pairs hidden ]

let private flops machine =
    let product = Cost.affineFlops (int64 machine.Visible) (int64 machine.Hidden)

    match machine.Kind with
    | MachineKind.Classes classes -> Cost.total [ product; Cost.affineFlops (int64 machine.Hidden) (int64 classes) ]
    | _ -> product

let private units path block hidden =
    let least = if block = Block.Boltzmann 0 then 0 else 1

    match block, hidden |> List.tryFind (fun n -> n < least) with
    | Block.Dbn [], _ ->
        [ Problem.at
              (GenDisc.Place.Block path)
              "dbn [] has no machine: it expects a width for each"
              "write dbn [500; 250]" ]
    | Block.Dbn _, Some n ->
        [ Problem.at
              (GenDisc.Place.Block path)
              $"{Block.show block} expects widths of at least 1, but got {Show.integer n}"
              "write dbn [500; 250]" ]
    | _, Some n -> positive path block "a number of hidden units" n $"{word block} 500"
    | _, None -> []

let private isHead block =
    Block.classifies block || block.IsRegressor

/// Whether features lie in [0, 1]: the data's own, or those of the last block that computes any.
let rec private inUnitInterval (facts: Facts) blocks =
    match blocks |> List.filter (isHead >> not) |> List.tryLast with
    | None -> facts.InUnitInterval
    | Some(Block.Encoder((:? Experiment as inner), _)) -> inUnitInterval facts inner.Model.Blocks
    | Some(Block.Activation Activation.Sigmoid) -> true
    | Some block -> Block.isMachine block

/// What must hold of the numbers that a machine reads, where no other machine or bottleneck stands before it.
let private reads (data: Data) (facts: Facts) path (block: Block) before =
    let problem says hint =
        [ Problem.at (GenDisc.Place.Block path) says hint ]

    let isFrozen block =
        match block with
        | Block.Encoder(_, tuned) -> not tuned
        | _ -> false

    let example =
        hiddenOf block
        |> List.tryHead
        |> Option.defaultValue 500
        |> max 1
        |> Show.integer

    let encoded = List.exists isFrozen before

    match before |> List.tryFind (fun block -> not (isHead block || isFrozen block)) with
    | Some(Block.Encoder _ as tuned) ->
        problem
            $"{Block.show block} models what it reads, but {Block.brief tuned} changes that while it learns"
            $"write encoder in place of finetuned, or put {Block.show block} first"
    | Some other ->
        problem
            $"{Block.show block} models the data themselves or the features of an encoder, but {Block.brief other} stands before it"
            $"put {Block.show block} first, or after encoder pretrained"
    | None when facts.Varies ->
        problem
            $"{Block.show block} models examples of one size, but the sequences of {Data.title data} differ in length"
            "use other data"
    | None when not (encoded || facts.Levels.IsEmpty) ->
        problem
            $"{Block.show block} models vectors of numbers, but {Data.title data} has text columns"
            "use a table without them, or encoder pretrained"
    | None when block.IsGaussianRbm || inUnitInterval facts before -> []
    | None when encoded ->
        problem
            $"{Block.show block} expects numbers in [0, 1], which an encoder does not promise"
            $"use gaussianRbm {example}"
    | None ->
        problem
            $"{Block.show block} expects data in [0, 1], but {Data.title data} has values outside"
            $"use gaussianRbm {example}, or data such as mnist"

let private fits (data: Data) (facts: Facts) path (block: Block) place =
    let problem says hint =
        Problem.at (GenDisc.Place.Block path) says hint

    [ match place.Other with
      | Some first when Block.isMachine first ->
          problem
              $"{Block.show block} is a second Boltzmann machine after {Block.show first}, but a model has at most one"
              "stack machines with dbn [500; 250], or train on a trained one: encoder pretrained >> rbm 250"
      | Some first ->
          problem
              $"{Block.show block} cannot follow {Block.show first}: a model has one of a Boltzmann machine and a bottleneck"
              $"train {Block.show block} on a trained model: encoder pretrained >> {Block.show block}"
      | None -> yield! reads data facts path block place.Before
      match place.Head with
      | Some head when block.IsClassRbm ->
          problem
              $"{Block.show block} is a second head after {Block.show head}, but a model has at most one"
              $"keep one of {Block.show head} and {Block.show block}"
      | _ -> ()
      if block.IsClassRbm && facts.Classes = 0 then
          problem
              $"{Block.show block} expects classes, but {Data.title data} has a target to regress on"
              "use rbm 500, or other data" ]

/// What `block` becomes where it stands.
let infer (data: Data) (facts: Facts) path (block: Block) (place: Place) : Machines =
    let hidden = hiddenOf block
    let sized = units path block hidden
    let before = flatten place.Position
    let visible = flatSize place.Position
    let sure = if sized.IsEmpty then hidden else [ 1 ]

    let stages =
        (visible :: sure |> List.pairwise |> List.indexed)
        |> List.map (fun (i, (visible, hidden)) ->
            { Kind = kindOf facts block
              Visible = visible
              Hidden = hidden
              Turn = i
              Turns = sure.Length })

    let large =
        stages
        |> List.collect (fun m -> oversize path block (parameters m) (int64 m.Hidden))
        |> List.truncate 1

    let isHead = block.IsClassRbm

    let text (machine: Machine) =
        match block with
        | Block.Dbn _ -> $"dbn: rbm {Show.integer machine.Hidden}"
        | _ -> Block.show block

    let row (machine: Machine) =
        { Text = text machine
          In = (if machine.Turn = 0 then place.Position.Shape else Vector machine.Visible)
          Out = Vector(if isHead then max 1 facts.Classes else machine.Hidden)
          Head = isHead
          Parameters = parameters machine
          Flops = flops machine }

    let problems = sized @ large @ fits data facts path block place

    { Before = before
      Stages = stages
      Rows = List.map row stages
      After =
        if isHead then
            place.Position
        else
            { moved (Vector(List.last sure)) (problems.IsEmpty && place.Position.Sure) place.Position with
                Flattened = true }
      Problems = problems }
