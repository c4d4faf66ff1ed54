/// Rows of a study, from runs to figures and contrasts.
module internal GenDisc.Running.Studies.Assembled

open System
open GenDisc
open GenDisc.Running
open GenDisc.StudyRows

/// Mean of something over the seeds.
let private mean of' items = items |> List.averageBy of'

/// Seconds of a run and of those it is built on, as they were when they were trained.
let private seconds options (plan: Plan) (run: RunResult) =
    run.Seconds
    + (Compute.behind plan
       |> List.sumBy (fun inner ->
           ResultFile.tryRead (RunFolder.PathOf(options.Runs, Experiment.id inner.Experiment))
           |> Option.map _.Seconds
           |> Option.filter Double.IsFinite
           |> Option.defaultValue 0.0))

/// A row without runs: what its declaration tells.
let skeleton (arm: Arm) (plans: Plan list) : StudyRow =
    let first = plans.Head

    { Name = arm.Row
      Experiment = first.Experiment
      Labels = arm.Labels
      Weight = arm.Weight
      Runs = []
      Seeds = []
      Missing = []
      Test = Map.empty
      Contrast = None
      Parameters = first.Parameters
      Flops = first.Flops
      TrainingFlops = mean Compute.training plans
      Seconds = nan
      OnFront = false }

let of' options (arm: Arm) (plans: Plan list) (results: Result<RunResult, exn> list) : StudyRow =
    let ended =
        [ for plan, result in List.zip plans results do
              match result with
              | Ok run -> plan, run
              | Error _ -> () ]

    { skeleton arm plans with
        Runs = List.map snd ended
        Seeds = [ for plan, _ in ended -> plan.Experiment.Seed ]
        Missing =
            [ for plan, result in List.zip plans results do
                  match result with
                  | Ok _ -> ()
                  | Error e -> plan.Experiment.Seed, e.Message ]
        Test = SeedsTable.figures (List.map snd ended)
        Seconds =
            if ended.IsEmpty then
                nan
            else
                ended |> mean (fun (plan, run) -> seconds options plan run) }

/// Every row but the first at each number of labels, held against that first one; and how many could be tested.
let contrasted metric (rows: StudyRow list) =
    let groups = rows |> List.groupBy _.Labels |> List.map snd

    let found =
        [ for group in groups do
              for row in group.Tail do
                  Contrasts.shared group.Head row ]
        |> Contrasts.of' metric (Direction.higherIsBetter metric)

    let filled, _ =
        (found, groups)
        ||> List.mapFold (fun found group ->
            let own, rest = List.splitAt group.Tail.Length found

            group.Head
            :: List.map2 (fun row contrast -> { row with Contrast = Some contrast }) group.Tail own,
            rest)

    List.concat filled, Contrasts.tested found
