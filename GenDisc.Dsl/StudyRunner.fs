/// Studies: several experiments on the same data, over seeds.
module internal GenDisc.StudyRunner

open System
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

/// All arms trained for as many operations as the dearest of those at their number of labels.
let private equalised options loader (planned: Planned list) =
    let dearest =
        planned
        |> List.groupBy _.Arm.Labels
        |> List.map (fun (labels, arms) ->
            labels, arms |> List.map (fun p -> Compute.training p.Plans.Head) |> List.max)
        |> Map.ofList

    let longer (p: Planned) (plan: Plan) =
        let e = plan.Experiment

        let training =
            { e.Training with
                Epochs = Compute.epochsFor dearest[p.Arm.Labels] plan }

        Runner.planned options loader { e with Training = training }

    [ for p in planned do
          { p with
              Plans = List.map (longer p) p.Plans } ]

let private folderOf options (e: Experiment) =
    RunFolder.PathOf(options.Runs, Experiment.id e)

/// Accuracy of every row under corruptions, over its runs.
let private stressed options loader (study: Study) (planned: Planned list) (rows: StudyRow list) =
    if not study.Robustness then
        rows |> List.map (fun _ -> [])
    else
        [ for p, row in List.zip planned rows do
              let points =
                  [ for seed, run in List.zip row.Seeds row.Runs do
                        let plan = p.Plans |> List.find (fun plan -> plan.Experiment.Seed = seed)
                        Robustness.measure options loader plan run.Folder (folderOf options) ]

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
        options.Tell(RunEvent.Planned(plan, id, RunFolder.PathOf(options.Runs, id)))

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
      Folder = RunFolder.PathOf(options.Runs, Study.id study)
      Metric =
        StudyMetric.of'
            study
            [ for p in planned do
                  p.Arm.Row, p.Plans.Head ]
      Rows =
        [ for p in planned do
              Assembled.skeleton p.Arm p.Plans ]
      Statements = [] }

/// Every run of a study trains with one thread, whatever this process has.
let private environment options (plan: Plan) =
    [ for name, value in RunEnvironment.of' options plan.Experiment.Training do
          name, (if name = "threads" then Json.integer 1L else value) ]

/// Examples of the first run that there is.
let private counts (rows: StudyRow list) =
    rows
    |> List.tryPick (fun row -> List.tryHead row.Runs)
    |> Option.map (fun run -> ResultFile.tryCounts run.Folder)
    |> Option.defaultValue []

/// Runs what is missing, holds rows against each other and writes the study's page.
let private answered options (loader: Loader) (study: Study) (planned: Planned list) : StudyResult =
    let clock = Diagnostics.Stopwatch.StartNew()
    let started = DateTimeOffset.UtcNow
    let joules = EnergyMeter.start ()
    let id = Study.id study
    let folder = RunFolder.PathOf(options.Runs, id)

    let metric =
        StudyMetric.of'
            study
            [ for p in planned do
                  p.Arm.Row, p.Plans.Head ]

    let plans = planned |> List.collect _.Plans

    // what cannot be written is told before hours of training, not after
    if not (Lanes.isChild options) then
        Atomic.makeFolder folder

    let results = Lanes.attempt options (Runner.perform options loader) plans

    // a row that lost a seed stands with the others; a study without any run does not
    if results |> List.forall Result.isError then
        for result in results do
            match result with
            | Error e -> raise e
            | Ok _ -> ()

    let rows, family =
        [ for p, own in List.zip planned (List.chunkBySize (seeds study).Length results) do
              Assembled.of' options p.Arm p.Plans own ]
        |> Assembled.contrasted metric

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

        let first = planned.Head.Plans.Head

        StudyFile.write
            folder
            result
            { Study = study
              Started = started
              Seconds = clock.Elapsed.TotalSeconds
              Joules = joules ()
              Environment = environment options first
              Data = Data.title first.Experiment.Data, counts rows
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

    let asked = if study.Seeds.IsEmpty then options else { options with Seed = None }

    // the host's wishes are in the rows from here on, and so in the study's identity
    let study =
        { study with
            Rows = study.Rows |> List.map (Runner.overridden asked) }

    let options =
        { options with
            Seed = None
            Epochs = None
            Kernels = None }

    let loader = Loader options
    let planned = planned options loader study

    let planned =
        if study.EqualCompute then equalised options loader planned else planned

    if options.CheckOnly then
        outline options study planned
    else
        answered options loader study planned
