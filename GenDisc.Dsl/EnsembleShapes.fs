/// Shape inference for ensembles of trained models.
module internal GenDisc.EnsembleShapes

open GenDisc.Walk

/// Whether a member tells classes apart, regresses, or neither.
let private predicts (facts: Facts) (member': Experiment) =
    let has predicate =
        List.exists predicate member'.Model.Blocks

    if facts.Classes > 0 then
        has Block.classifies
    else
        has (fun b -> b.IsRegressor || b.IsEnsemble)

/// What keeps a member from predicting together with the others.
let private misfit (knowing: Data -> Facts option) (data: Data) walk path (block: Block) (member': Experiment) =
    let problem says hint =
        [ Problem.at (Place.Block path) says hint ]

    let name = Show.name member'.Name

    match knowing member'.Data with
    | None -> problem $"{Block.brief block} needs {Data.show member'.Data}, which could not be read" "check its path"
    | Some facts when
        facts.Shape <> walk.Facts.Shape
        || facts.Classes <> walk.Facts.Classes
        || facts.Targets <> walk.Facts.Targets
        ->
        let describe (facts: Facts) =
            if facts.Classes > 0 then
                $"{Show.integer facts.Classes} classes of {facts.Shape}"
            else
                $"{Show.integer facts.Targets} targets of {facts.Shape}"

        problem
            $"{Block.brief block} is asked about {describe walk.Facts}, but {name} was declared for {describe facts}"
            "give all members the data of the ensemble"
    | Some _ when member'.Data.Prepared <> data.Prepared ->
        problem
            $"{name} learns from data that are not prepared as those that {Block.brief block} is asked about"
            "give all members the preparations of the ensemble's data, in the same order"
    | Some _ when member'.Data.Binarised <> data.Binarised ->
        let has, hint =
            if data.Binarised then
                "no binarised, but the data of the ensemble have", $"write binarised in {name}"
            else
                "binarised, but the data of the ensemble have not", $"drop binarised in {name}"

        problem $"{name} has {has}" hint
    | Some facts when not (predicts facts member') ->
        if facts.Classes > 0 then
            problem
                $"{Block.brief block} averages class probabilities, but {name} has no classifier"
                $"append >> classifier [128] to the model of {name}, or leave it out"
        else
            problem
                $"{Block.brief block} averages predictions, but {name} has no regressor"
                $"append >> regressor [64] to the model of {name}, or leave it out"
    | Some _ -> []

/// What an ensemble becomes on these data. `infer` tells what a member's model becomes for its own.
let infer
    (knowing: Data -> Facts option)
    (infer: Facts -> Experiment -> Inferred)
    (data: Data)
    path
    (block: Block)
    members
    walk
    =
    let experiments =
        members
        |> List.map (fun (declared: IDeclared) ->
            match declared with
            | :? Experiment as e -> e
            | other -> invalidOp $"{other.GetType()} is no experiment")

    let twice =
        experiments |> List.countBy id |> List.tryFind (fun (_, count) -> count > 1)

    let problems =
        [ if members.IsEmpty then
              Problem.at
                  (Place.Block path)
                  "ensemble expects at least one member, but got none"
                  "write ensemble [ for s in 1..5 -> { baseline with Seed = s } ]"
          match twice with
          | Some(same, _) ->
              Problem.at
                  (Place.Block path)
                  $"{Show.name same.Name} stands in the ensemble twice with the same seed, and would say the same twice"
                  "give each member a seed of its own: { baseline with Seed = 2 }"
          | None -> ()
          yield!
              experiments
              |> List.tryPick (fun e ->
                  match misfit knowing data walk path block e with
                  | [] -> None
                  | found -> Some found)
              |> Option.defaultValue [] ]

    // What is wrong with a member itself is told where it is checked.
    let rows =
        if problems.IsEmpty then
            experiments
            |> List.collect (fun e ->
                knowing e.Data
                |> Option.map (fun facts -> (infer facts e).Rows)
                |> Option.defaultValue [])
        else
            []

    let outputs = max 1 (max walk.Facts.Classes walk.Facts.Targets)

    { walk with
        Head = Some(Option.defaultValue block walk.Head)
        Stages = Stage.Ensemble members :: walk.Stages
        Rows =
            { Text = Block.brief block
              In = walk.Position.Shape
              Out = Vector outputs
              Head = true
              Parameters = rows |> List.map _.Parameters |> Cost.total
              Flops = rows |> List.map _.Flops |> Cost.total }
            :: walk.Rows
        Problems = prepend problems walk.Problems }
