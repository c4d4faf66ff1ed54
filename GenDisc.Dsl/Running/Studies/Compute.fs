/// What trainings cost in floating-point operations.
module internal GenDisc.Running.Studies.Compute

open System
open GenDisc

/// A step's operations over those of one pass forward: back through the model costs about two passes (Kaplan et al. 2020,
/// section 2.1).
let private passes = 3.0

/// Examples of an epoch. With labels of a few, each step takes as many labelled ones along, up to a batch.
let private examples (plan: Plan) =
    let e = plan.Experiment
    let left = plan.Facts.Training - Data.validationCount e.Data plan.Facts
    let own = defaultArg e.Data.Take left |> min left
    let generated = e.Data.Generated |> List.sumBy _.Count

    let total =
        match e.Data.Only with
        // a class has about its share of them
        | Some _ -> float own / float (max 1 plan.Facts.Classes)
        | None -> float (own + generated)

    match e.Data.Labels with
    | Some labels ->
        let steps = Math.Ceiling(total / float e.Training.Batch)
        total + steps * float (min labels e.Training.Batch)
    | None -> total

/// Operations of one pass forward in training: M2 without labels goes through its VAE once for each class.
let private forward (plan: Plan) =
    let once = float plan.Flops

    let told =
        [ for row in plan.Rows do
              if row.Text.StartsWith("m2: ", StringComparison.Ordinal) then
                  float row.Flops ]

    match plan.Experiment.Data.Labels with
    | Some _ -> once + float (plan.Facts.Classes - 1) * List.sum told
    | None -> once

/// Operations of one epoch of the plan itself. Of an ensemble none: its members are trained in runs of their own. Steps of
/// sampling inside a loss (Gibbs sweeps, Langevin steps, several draws) are not counted, and frozen parts as if they
/// learned.
let epoch (plan: Plan) =
    if plan.Stages |> List.exists _.IsEnsemble then
        0.0
    else
        passes * forward plan * examples plan

/// Every plan inside another one, each once, what it needs before it.
let rec behind (plan: Plan) : Plan list =
    plan.Dependencies
    |> List.collect (fun inner -> behind inner @ [ inner ])
    |> List.distinctBy (fun inner -> Experiment.id inner.Experiment)

/// Operations of a plan's training and of all trainings it is built on.
let training (plan: Plan) =
    plan :: behind plan
    |> List.sumBy (fun p -> float p.Experiment.Training.Epochs * epoch p)

/// Epochs with which the plan costs so many operations, what it is built on included; at least 1.
let epochsFor (operations: float) (plan: Plan) =
    let inner =
        behind plan
        |> List.sumBy (fun p -> float p.Experiment.Training.Epochs * epoch p)

    let left = (operations - inner) / max 1.0 (epoch plan)
    int (Math.Clamp(Math.Round left, 1.0, 100000.0))
