namespace GenDisc

/// A checked experiment: the only thing that compiles.
type Plan =
    private
        { checkedExperiment: Experiment
          facts: Facts
          dependencies: Plan list
          stages: Stage list
          rows: Row list }

    member this.Experiment = this.checkedExperiment
    member this.Stages = this.stages

    /// What is known of the data.
    member this.Facts = this.facts

    /// Plans of the experiments that stand inside this one, in the order in which they are written.
    member this.Dependencies = this.dependencies
    member this.Rows = this.rows
    member this.Parameters = this.rows |> List.map _.Parameters |> Cost.total
    member this.Flops = this.rows |> List.map _.Flops |> Cost.total

    /// The bottleneck, if the model has one.
    member this.Bottleneck =
        this.stages
        |> List.tryPick (fun stage ->
            match stage with
            | Stage.Bottleneck b -> Some b
            | _ -> None)

/// From a declaration to a plan, or to everything that is wrong with it. Allocates no tensor and opens no file.
module Check =
    /// Puts the characters of a block's source under its problem.
    let private locate (m: Model) (problem: Problem) =
        match problem with
        | { Place = Place.Block(_ :: _ as path)
            Part = None } ->
            { problem with
                Part = Show.find path (Model.source m) }
        | _ -> problem

    let private total (rows: Row list) =
        let parameters = rows |> List.map _.Parameters |> Cost.total

        [ if parameters > Position.limit then
              Problem.at
                  (Place.Block [])
                  $"the model needs {Show.grouped parameters} parameters, but at most {Show.grouped Position.limit} are possible"
                  "make its widest blocks narrower" ]

    let private unread (e: Experiment) =
        Problem.at
            Place.Data
            $"{Data.title e.Data} must be read before it can be checked"
            "run the experiment, or gendisc check"

    /// Whether data would have to be read as they cannot be, for they are declared wrongly.
    let private unreadable (data: Data) =
        (Data.facts data).IsNone && not (DataRules.declared data).IsEmpty

    /// A plan, or all problems in the order of the declaration. `knowing` tells what is known of data, None where they
    /// cannot be read.
    let rec using (knowing: Data -> Facts option) (e: Experiment) : Result<Plan, Problem list> =
        match if unreadable e.Data then None else knowing e.Data with
        | None when unreadable e.Data ->
            Error
                [ yield! Rules.name e
                  yield! DataRules.declared e.Data
                  yield! Rules.model e.Model
                  yield! Rules.training e ]
        | None -> Error [ unread e ]
        | Some facts ->
            let inferred = Infer.model knowing facts e.Data e.Model

            let problems =
                [ yield! Rules.name e
                  yield! DataRules.data e.Data facts
                  yield! LabelRules.experiment facts e
                  yield! PreparationRules.data knowing e.Data facts
                  yield! AgainstRules.data knowing e.Data facts
                  yield! PreparationRules.against knowing e.Data
                  yield! AgainstRules.model e facts
                  yield! AugmentRules.only e.Data facts
                  yield! AugmentRules.data knowing e facts
                  yield! QualityRules.data knowing e facts
                  yield! inferred.Problems
                  if inferred.Problems.IsEmpty then
                      yield! total inferred.Rows
                  yield! EncoderRules.leaks knowing e
                  yield! LabelRules.inside facts e
                  yield! Rules.model e.Model
                  yield! LossRules.experiment facts e
                  yield! Rules.training e ]

            let inner =
                if problems.IsEmpty then
                    dependencies knowing e.Model @ behindData knowing facts e.Data
                else
                    []

            match
                problems,
                inner
                |> List.tryPick (function
                    | Error found -> Some found
                    | Ok _ -> None)
            with
            | [], None ->
                Ok
                    { checkedExperiment = e
                      facts = facts
                      dependencies = inner |> List.choose Result.toOption
                      stages = inferred.Stages
                      rows = inferred.Rows }
            | [], Some found -> Error found
            | found, _ -> Error(found |> List.map (locate e.Model))

    /// Every experiment inside a model on its own; its problems are told as those of its block.
    and private dependencies knowing (m: Model) : Result<Plan, Problem list> list =
        [ for i, block in List.indexed m.Blocks do
              for declared in Block.declared [ block ] do
                  match declared with
                  | :? Experiment as inner ->
                      valid knowing inner (fun problem ->
                          { problem with
                              Place = Place.Block [ i ]
                              Part = Show.find [ i ] (Model.source m) })
                  | _ -> () ]

    /// Every experiment inside the data on its own; its problems are told as those of the data.
    and private behindData knowing (facts: Facts) (data: Data) : Result<Plan, Problem list> list =
        let within inner =
            valid knowing inner (fun problem ->
                { problem with
                    Place = Place.Data
                    Part = None })

        [ for preparation in data.Prepared do
              match preparation with
              | Preparation.Reconstruct(:? Experiment as inner)
              | Preparation.Infill(:? Experiment as inner) -> within inner
              | _ -> ()
          for generated in data.Generated do
              for inner in Experiment.generators facts.Classes generated do
                  within inner
          match data.Judge with
          | Some(:? Experiment as inner) -> within inner
          | _ -> () ]

    and private valid knowing (inner: Experiment) (placed: Problem -> Problem) : Result<Plan, Problem list> =
        match using knowing inner with
        | Ok plan -> Ok plan
        | Error found ->
            Error
                [ for problem in found do
                      placed
                          { problem with
                              Says = $"{Show.name inner.Name} is not valid itself: {problem.Says}" } ]

    /// As `using`, with what is known of data beforehand: named and generated ones.
    let experiment e = using Data.facts e
