namespace GenDisc

/// A checked experiment: the only thing that compiles.
type Plan =
    private
        { checkedExperiment: Experiment
          stages: Stage list
          rows: Row list }

    member this.Experiment = this.checkedExperiment
    member this.Stages = this.stages
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

        [ if parameters > Trunk.limit then
              Problem.at
                  (Place.Block [])
                  $"the model needs {Show.grouped parameters} parameters, but at most {Show.grouped Trunk.limit} are possible"
                  "make its widest blocks narrower" ]

    /// A plan, or all problems in the order of the declaration.
    let experiment (e: Experiment) : Result<Plan, Problem list> =
        let inferred = Infer.model e.Data e.Model

        let problems =
            [ yield! Rules.name e
              yield! Rules.data e.Data
              yield! inferred.Problems
              if inferred.Problems.IsEmpty then
                  yield! total inferred.Rows
              yield! Rules.model e.Model
              yield! LossRules.experiment e
              yield! Rules.training e ]

        if problems.IsEmpty then
            Ok
                { checkedExperiment = e
                  stages = inferred.Stages
                  rows = inferred.Rows }
        else
            Error(problems |> List.map (locate e.Model))
