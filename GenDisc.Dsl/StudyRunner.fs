/// Studies: several experiments on the same data, over seeds.
module internal GenDisc.StudyRunner

open System
open System.IO
open GenDisc.Running
open GenDisc.Running.Studies
open GenDisc.StudyRows

/// An arm with its checked experiments, one for each seed.
type private Planned = { Arm: Arm; Plans: Plan list }

/// Plans of every arm with every seed. Raises InvalidExperiment with all problems of the study and its experiments.
let private planned options (loader: Loader) (study: Study) : Planned list =
    StudyRules.explained study
    |> Option.iter (fun text -> raise (InvalidExperiment text))

    let attempt arm =
        try
            Ok
                { Arm = arm
                  Plans =
                    [ for seed in seeds study do
                          Runner.planned options loader (experiment seed arm) ] }
        with :? InvalidExperiment as e ->
            Error e.Message

    let found = arms study |> List.map attempt

    match
        found
        |> List.choose (function
            | Error text -> Some text
            | Ok _ -> None)
        |> List.distinct
    with
    | [] -> found |> List.choose Result.toOption
    | texts -> raise (InvalidExperiment(String.Join("\n\n", texts)))

/// The figure that decides where the study names none.
let private metricOf (study: Study) (planned: Planned list) =
    let every predicate =
        planned
        |> List.forall (fun p -> Seq.exists predicate p.Plans.Head.Experiment.Model.Blocks)

    match study.Metric with
    | Some metric -> metric
    | None when every Block.classifies -> "accuracy"
    | None when every _.IsRegressor -> "rmse"
    | None when every (fun b -> b.IsVae || b.IsCvae || b.IsM2) -> "elbo"
    | None when every Block.isMachine -> "logLikelihood"
    | None ->
        raise (
            InvalidExperiment
                $"the study {Show.quoted study.Question} has rows of different kinds, which no one figure decides between\nhint: name one that all have: |> judgedBy \"elbo\""
        )

/// All arms trained for as many operations as the dearest of them.
let private equalised options loader (planned: Planned list) =
    let most = planned |> List.map (fun p -> Compute.training p.Plans.Head) |> List.max

    [ for p in planned do
          { p with
              Plans =
                  [ for plan in p.Plans do
                        let e = plan.Experiment

                        Runner.planned
                            { options with Epochs = None }
                            loader
                            { e with
                                Training =
                                    { e.Training with
                                        Epochs = Compute.epochsFor most plan } } ] } ]

/// Mean of something over the seeds.
let private mean of' items = items |> List.averageBy of'

/// Seconds of a run and of those it is built on, as they were when they were trained.
let private seconds options (plan: Plan) (run: RunResult) =
    run.Seconds
    + (Compute.behind plan
       |> List.sumBy (fun inner ->
           ResultFile.tryRead (Path.Combine(options.Runs, Experiment.id inner.Experiment))
           |> Option.map _.Seconds
           |> Option.filter Double.IsFinite
           |> Option.defaultValue 0.0))

let private rowOf options (p: Planned) (runs: RunResult list) : StudyRow =
    let first = p.Plans.Head

    { Name = p.Arm.Row
      Experiment = first.Experiment
      Labels = p.Arm.Labels
      Weight = p.Arm.Weight
      Runs = runs
      Test = SeedsTable.figures runs
      Contrast = None
      Parameters = first.Parameters
      Flops = first.Flops
      TrainingFlops = mean Compute.training p.Plans
      Seconds = List.map2 (seconds options) p.Plans runs |> List.average
      OnFront = false }

/// Every row but the first at each number of labels, held against that first one.
let private contrasted metric (rows: StudyRow list) =
    let groups = rows |> List.groupBy _.Labels |> List.map snd

    let pairs =
        [ for group in groups do
              for row in group.Tail do
                  group.Head.Runs, row.Runs ]

    let filled, _ =
        (Contrasts.of' metric (Direction.higherIsBetter metric) pairs, groups)
        ||> List.mapFold (fun found group ->
            let own, rest = List.splitAt group.Tail.Length found

            group.Head
            :: List.map2 (fun row contrast -> { row with Contrast = Some contrast }) group.Tail own,
            rest)

    List.concat filled, pairs.Length

let private folderOf options (e: Experiment) =
    Path.GetFullPath(Path.Combine(options.Runs, Experiment.id e))

/// Accuracy of every row under corruptions, over its runs.
let private stressed options loader (study: Study) (planned: Planned list) (rows: StudyRow list) =
    if not study.Robustness then
        rows |> List.map (fun _ -> [])
    else
        [ for p, row in List.zip planned rows do
              let points =
                  List.map2
                      (fun plan (run: RunResult) ->
                          Robustness.measure options loader plan run.Folder (folderOf options))
                      p.Plans
                      row.Runs

              [ for (corruption, level), same in
                    points
                    |> List.concat
                    |> List.groupBy (fun point -> point.Corruption, point.Level) do
                    { StudyFile.Corruption = corruption
                      StudyFile.Level = level
                      StudyFile.Figure = SeedsTable.summary [ for point in same -> point.Accuracy ] } ] ]

/// What would be run, without running it.
let private outline options (study: Study) (planned: Planned list) : StudyResult =
    for p in planned do
        let plan = p.Plans.Head
        let id = Experiment.id plan.Experiment
        options.Tell(RunEvent.Planned(plan, id, Path.GetFullPath(Path.Combine(options.Runs, id))))

    let runs = planned |> List.collect _.Plans

    let operations =
        runs
        |> List.collect (fun plan -> plan :: Compute.behind plan)
        |> List.distinctBy (fun plan -> Experiment.id plan.Experiment)
        |> List.sumBy (fun plan -> float plan.Experiment.Training.Epochs * Compute.epoch plan)

    options.Tell(
        RunEvent.Note
            $"{study.Question}
{planned.Length} rows, {runs.Length} runs, {StudyTable.operations operations} of training in all"
    )

    { Id = Study.id study
      Question = study.Question
      Folder = Path.GetFullPath(Path.Combine(options.Runs, Study.id study))
      Metric = metricOf study planned
      Rows = []
      Statements = [] }

/// Runs what is missing, holds rows against each other and writes the study's page.
let private answered options (loader: Loader) (study: Study) (planned: Planned list) : StudyResult =
    let clock = Diagnostics.Stopwatch.StartNew()
    let started = DateTimeOffset.UtcNow
    let joules = EnergyMeter.start ()
    let id = Study.id study
    let folder = Path.GetFullPath(Path.Combine(options.Runs, id))
    let metric = metricOf study planned
    let plans = planned |> List.collect _.Plans

    let perform options =
        Lanes.all options (Runner.perform options loader) plans

    let runs = Lanes.within perform options
    let each = runs |> List.chunkBySize (seeds study).Length

    let rows, family = List.map2 (rowOf options) planned each |> contrasted metric

    let front, rows = if study.Kind.IsPareto then Front.mark rows else [], rows

    if Lanes.isChild options then
        // whoever asked for the runs writes what they come to together
        { Id = id
          Question = study.Question
          Folder = folder
          Metric = metric
          Rows = rows
          Statements = [] }
    else

        let robustness = stressed options loader study planned rows

        let result =
            { Id = id
              Question = study.Question
              Folder = folder
              Metric = metric
              Rows = rows
              Statements = Statements.of' study.Kind metric rows family }

        Directory.CreateDirectory folder |> ignore
        let first = planned.Head.Plans.Head

        StudyFile.write
            folder
            result
            { Study = study
              Started = started
              Seconds = clock.Elapsed.TotalSeconds
              Joules = joules ()
              Environment = RunEnvironment.of' options first.Experiment.Training
              Data = Data.title first.Experiment.Data, ResultFile.tryCounts each.Head.Head.Folder
              Family = family
              Front = front
              Limits = Limits.of' study.Kind metric rows family
              Robustness = robustness }

        let page = GenDisc.Reporting.StudyReport.write folder

        for line in StudyTable.lines result do
            options.Tell(RunEvent.Note line)

        options.Tell(RunEvent.Note("report: " + Wording.path page))

        match Pdf.tryWrite folder with
        | Ok path -> options.Tell(RunEvent.Note("printed: " + Wording.path path))
        | Error why -> options.Tell(RunEvent.Note $"no report.pdf: {why}")

        result

let study (study: Study) (options: HostOptions) : StudyResult =
    match options.Seed, study.Seeds with
    | Some seed, _ :: _ -> options.Tell(RunEvent.Note $"the study has seeds of its own; seed {seed} is not used")
    | _ -> ()

    let options = if study.Seeds.IsEmpty then options else { options with Seed = None }

    let loader = Loader options
    let planned = planned options loader study

    let planned =
        if study.EqualCompute then equalised options loader planned else planned

    if options.CheckOnly then
        outline options study planned
    else
        answered options loader study planned
