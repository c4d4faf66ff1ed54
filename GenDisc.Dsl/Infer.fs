/// Shape inference: a fold of the data's shape over a model's blocks.
module internal GenDisc.Infer

open GenDisc.Position
open GenDisc.PlanRows
open GenDisc.Walk

/// What a machine becomes after these blocks.
let private machine (data: Data) before path (block: Block) walk =
    let found =
        MachineShapes.infer
            data
            walk.Facts
            path
            block
            { Position = walk.Position
              Before = before
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

/// What an experiment that stands inside another one gives it: its main path up to its heads.
let private encoder (knowing: Data -> Facts option) infer path (block: Block) (declared: IDeclared) tuned walk =
    let problem says hint =
        { walk with
            Position = { walk.Position with Sure = false }
            Problems = Problem.at (Place.Block path) says hint :: walk.Problems }

    match declared with
    | :? Experiment as inner when inner.Model.Blocks |> List.exists _.IsEnsemble ->
        problem
            $"{Block.brief block} expects a main path, but {Show.name inner.Name} is an ensemble, which has none"
            "use one of its members"
    | :? Experiment as inner when inner.Model.Blocks |> List.exists _.IsDiffusion ->
        let denoising = inner.Model.Blocks |> List.find _.IsDiffusion

        problem
            $"{Block.brief block} expects a representation, but {Block.brief denoising} of {Show.name inner.Name} leaves none"
            "use an experiment with vae 32"
    | :? Experiment as inner ->
        match knowing inner.Data with
        | Some facts when
            facts.Shape = walk.Facts.Shape
            && walk.Position.Shape = facts.Shape
            && not (List.exists Mirror.isWeighted walk.Encoder)
            ->
            let inferred: Inferred = infer facts inner

            let told = inner.Model.Blocks |> List.tryFind _.IsCvae

            if told.IsSome then
                problem
                    $"{Show.name inner.Name} makes nothing of an example whose class it is not told: it has {Block.show told.Value}"
                    "use an experiment with vae 32"
            elif not inferred.Problems.IsEmpty then
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

/// A block must have numbers to read; where there are none it goes on as if there were one.
let private fed path (block: Block) walk =
    if walk.Position.Shape <> Vector 0 || walk.Facts.Shape = Vector 0 then
        walk
    else
        { walk with
            Position =
                { moved (Vector 1) false walk.Position with
                    Flattened = true }
            Problems =
                Problem.at
                    (Place.Block path)
                    $"{Block.brief block} has nothing to read: a machine without hidden units leaves no features"
                    "give boltzmann hidden units: boltzmann 100"
                :: walk.Problems }

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
            let walk = fed [ i ] block walk

            match block with
            | Block.Vae(latent, likelihood)
            | Block.Autoencoder(latent, likelihood) -> BottleneckShapes.infer data [ i ] block latent likelihood walk
            | Block.Cvae latent -> BottleneckShapes.infer data [ i ] block latent None walk
            | Block.M2(latent, hidden) -> M2Shapes.infer data [ i ] block latent hidden walk
            | Block.Diffusion d -> DiffusionShapes.infer data [ i ] block d (List.take i m.Blocks) walk
            | Block.Rbm _
            | Block.GaussianRbm _
            | Block.ClassRbm _
            | Block.Boltzmann _
            | Block.Dbn _ -> machine data (List.take i m.Blocks) [ i ] block walk
            | Block.EnergyClassifier hidden
            | Block.Classifier hidden
            | Block.Regressor hidden -> HeadShapes.infer data [ i ] block hidden walk
            | Block.Encoder(declared, tuned) ->
                encoder knowing (fun facts e -> model knowing facts e.Data e.Model) [ i ] block declared tuned walk
            | Block.Ensemble members ->
                EnsembleShapes.infer
                    knowing
                    (fun facts e -> model knowing facts e.Data e.Model)
                    data
                    [ i ]
                    block
                    members
                    walk
            | _ -> trunk [ i ] block walk)

    { Stages = List.rev walk.Stages
      Rows = List.rev walk.Rows
      Problems = List.rev walk.Problems
      Leaves = walk.Position }
