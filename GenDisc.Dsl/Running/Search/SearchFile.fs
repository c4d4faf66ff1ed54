/// `search.json`: how far a search has come. Of test figures it holds those of the best alone, over fresh seeds.
module internal GenDisc.Running.SearchFile

open System.IO
open GenDisc

/// Everything that is known of a search so far.
type Contents =
    {
        Id: string
        /// "running", "interrupted" or "done".
        Status: string
        Search: Search
        Goal: Goal
        /// The first of the space.
        Base: Experiment
        Dimensions: Dimension list
        /// Runs of trials that are meant to be.
        Planned: int
        /// Trials and their epochs, of successive halving.
        Rungs: (int * int) list
        Trials: Trial list
        Best: Trial option
        /// None until the last trial has ended.
        Winner: Experiment option
        Confirmed: (int * RunResult) list
        /// What kept seeds from being confirmed.
        Missing: (int * string) list
        Test: Map<string, SeedFigure>
        Importance: Importance.Shares
    }

let private dimension (d: Dimension) =
    let range kind low high =
        [ "kind", Json.text kind; "low", Json.number low; "high", Json.number high ]

    Json.object
        [ "name", Json.text d.Name
          "source", Json.text (Domain.show d.Domain)
          yield!
              match d.Domain with
              | Domain.OneOf options ->
                  [ "kind", Json.text "oneOf"
                    "options", Json.list (options |> Seq.map Json.text) ]
              | Domain.Uniform(low, high) -> range "uniform" low high
              | Domain.LogUniform(low, high) -> range "logUniform" low high
              | Domain.Integers(low, high) -> range "integers" (float low) (float high) ]

let private trial (t: Trial) =
    let status, problem =
        match t.Status with
        | TrialStatus.Done -> "done", null
        | TrialStatus.Failed problem -> "failed", Json.text problem

    Json.object
        [ "index", Json.integer (int64 t.Index)
          "run", Json.text t.Run
          "choices", Json.object [ for name, value in t.Choices -> name, Json.text value ]
          "rung", Json.integer (int64 t.Rung)
          "epochs", Json.integer (int64 t.Experiment.Training.Epochs)
          "validation", Json.number t.Validation
          "seconds", Json.number t.Seconds
          "status", Json.text status
          "problem", problem ]

let private figure (f: SeedFigure) =
    Json.object
        [ "mean", Json.number f.Mean
          "deviation", Json.number f.Deviation
          "low", Json.number f.Low
          "high", Json.number f.High
          "count", Json.integer (int64 f.Count) ]

let private confirmed (c: Contents) =
    Json.object
        [ "runs",
          Json.list
              [ for seed, run in c.Confirmed ->
                    Json.object
                        [ "seed", Json.integer (int64 seed)
                          "run", Json.text run.Id
                          "validation", Json.number run.Validation[c.Goal.Figure]
                          "seconds", Json.number run.Seconds ] ]
          "missing",
          Json.list
              [ for seed, problem in c.Missing ->
                    Json.object [ "seed", Json.integer (int64 seed); "problem", Json.text problem ] ]
          "test", Json.object [ for KeyValue(name, f) in c.Test -> name, figure f ] ]

let write (folder: string) (c: Contents) =
    Json.object
        [ "id", Json.text c.Id
          "name", Json.text c.Base.Name
          "status", Json.text c.Status
          "search", Json.text (Search.show c.Search)
          "strategy", Json.text (Strategy.show c.Search.Strategy)
          "seed", Json.integer (int64 c.Search.Seed)
          "figure", Json.text c.Goal.Figure
          "maximised", Json.truth c.Goal.IsMaximise
          "data", Json.text (Data.show c.Base.Data)
          "base", Json.text (Experiment.show c.Base)
          "dimensions", Json.list (c.Dimensions |> Seq.map dimension)
          "planned", Json.integer (int64 c.Planned)
          "rungs",
          Json.list
              [ for trials, epochs in c.Rungs ->
                    Json.object [ "trials", Json.integer (int64 trials); "epochs", Json.integer (int64 epochs) ] ]
          "trials", Json.list (c.Trials |> Seq.map trial)
          "best",
          (match c.Best with
           | Some best -> Json.text best.Run
           | None -> null)
          "winner",
          (match c.Winner with
           | Some winner -> Json.text (Experiment.show winner)
           | None -> null)
          "confirmed", confirmed c
          "importance",
          Json.object
              [ "alone", Json.numbers c.Importance.Alone
                "explained", Json.number c.Importance.Explained ] ]
    |> Json.indented
    |> Atomic.writeText (Path.Combine(folder, "search.json"))
