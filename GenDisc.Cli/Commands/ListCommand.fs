/// `gendisc list` and `gendisc show`.
module internal GenDisc.Cli.ListCommand

open System
open System.Globalization
open System.IO
open GenDisc

/// Columns for the headline figures of the test split that any of the runs has. The mean squared error stands in for
/// its root in runs that have no other.
let private testColumns (runs: RunFolders.Run list) =
    let has name (run: RunFolders.Run) = run.Metrics.ContainsKey("test." + name)

    [ for name in [ "accuracy"; "elbo"; "rmse"; "mase" ] do
          if runs |> List.exists (has name) then
              name
      if runs |> List.exists (fun run -> has "mse" run && not (has "rmse" run)) then
          "mse" ]

let private date (time: DateTimeOffset option) =
    match time with
    | Some t -> t.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
    | None -> ""

/// One row per run, header first.
let rows (runs: RunFolders.Run list) =
    let columns = testColumns runs
    let orEmpty = Option.defaultValue ""

    [ yield
          [ yield "id"
            yield "status"
            yield! columns |> List.map (fun name -> "test " + name)
            yield "seconds"
            yield "date" ]
      for run in runs do
          yield
              [ yield run.Id
                yield run.Status
                for name in columns do
                    yield
                        Map.tryFind ("test." + name) run.Metrics
                        |> Option.map (Wording.metric name)
                        |> orEmpty
                yield run.Seconds |> Option.map (Wording.fixedPoint 1) |> orEmpty
                yield date run.Started ] ]

let private short (question: string) =
    if question.Length <= 60 then question else question.Substring(0, 59) + "…"

/// One row per study or search, header first.
let studyRows (studies: StudyFolders.Study list) =
    [ yield [ "study"; "kind"; "question"; "rows × seeds"; "date" ]
      for study in studies do
          yield [ study.Id; study.Kind; short study.Question; study.Size; date study.Started ] ]

let list (arguments: string list) =
    let parsed = Arguments.parse<ListArguments> "list" Help.list arguments

    let folder = Arguments.runsFolder "list" (parsed.TryGetResult ListArguments.Runs)
    let runs = RunFolders.all folder
    let studies = StudyFolders.all folder

    if parsed.Contains ListArguments.Json then
        runs |> List.iter (RunFolders.json >> Console.Out.WriteLine)
        studies |> List.iter (StudyFolders.json >> Console.Out.WriteLine)
    elif runs.IsEmpty && studies.IsEmpty then
        Console.Out.WriteLine("no runs in " + folder)
    else
        if not runs.IsEmpty then
            let rows = rows runs
            // names and dates to the left
            let right =
                rows[0]
                |> List.map (fun column -> column.StartsWith "test " || column = "seconds")

            rows |> Wording.tableOf right |> List.iter Console.Out.WriteLine

        if not studies.IsEmpty then
            if not runs.IsEmpty then
                Console.Out.WriteLine()

            studyRows studies
            |> Wording.tableOf [ false; false; false; false; false ]
            |> List.iter Console.Out.WriteLine

    ExitCode.Done

/// What a name stands for.
type Found =
    | Run of RunFolders.Run
    | Study of StudyFolders.Study

    member this.Id =
        match this with
        | Run run -> run.Id
        | Study study -> study.Id

/// A run, study or search by folder, id or the beginning of one. Raises UsageError where there is none, or more than
/// one.
let find (runsFolder: string) (name: string) =
    let wrong message =
        raise (UsageError(message, "gendisc list"))

    let all =
        [ for run in RunFolders.all runsFolder -> Run run
          for study in StudyFolders.all runsFolder -> Study study ]

    let exact =
        RunFolders.tryFind runsFolder name
        |> Option.map Run
        |> Option.orElse (all |> List.tryFind (fun found -> found.Id = name))

    let byFolder =
        if Directory.Exists name then
            let folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath name)

            RunFolders.read folder
            |> Option.map Run
            |> Option.orElse (StudyFolders.read folder |> Option.map Study)
        else
            None

    let byPrefix =
        all
        |> List.filter (fun found -> found.Id.StartsWith(name, StringComparison.Ordinal))

    match exact, byFolder, byPrefix with
    | Some found, _, _
    | None, Some found, _
    | None, None, [ found ] -> found
    | None, None, [] -> wrong ("no run in " + runsFolder + " has an id that begins with '" + name + "'")
    | None, None, many -> wrong ("'" + name + "' fits several runs: " + String.Join(", ", many |> List.map _.Id))

let private line (text: string) = Console.Out.WriteLine text

let private places (folder: string) =
    line ("folder: " + Wording.path (Path.GetFullPath folder))
    Outcome.report folder |> Option.iter (fun path -> line ("report: " + path))

let private showStudy (study: StudyFolders.Study) =
    if study.Question <> "" then
        line study.Question

    line (
        study.Id
        + ": "
        + study.Kind
        + (if study.Size = "" then "" else ", " + study.Size)
    )

    if not study.Statements.IsEmpty then
        line ""
        study.Statements |> List.iter line

    line ""
    places study.Folder

let private showRun (run: RunFolders.Run) =
    let source = Path.Combine(run.Folder, "experiment.fsx")

    if File.Exists source then
        line (File.ReadAllText(source).TrimEnd())
        line ""

    line (
        run.Id
        + ": "
        + run.Status
        + (match run.Seconds with
           | Some seconds -> ", trained for " + Wording.duration seconds
           | None -> "")
        + (match run.ExamplesPerSecond with
           | Some rate -> ", " + Wording.count rate + " examples/s"
           | None -> "")
    )

    run.Message |> Option.iter line

    if not run.Metrics.IsEmpty then
        line ""

        [ "train"; "validation"; "test" ]
        |> List.map (fun split -> split, run.Split split)
        |> Wording.metricRows
        |> Wording.table
        |> List.iter line

    line ""
    places run.Folder

let show (arguments: string list) =
    let parsed = Arguments.parse<ShowArguments> "show" Help.show arguments

    let folder = Arguments.runsFolder "show" (parsed.TryGetResult ShowArguments.Runs)

    match parsed.TryGetResult ShowArguments.Run with
    | None -> raise (UsageError("which run? As in: gendisc show hybrid-mnist", "gendisc list"))
    | Some name ->
        match find folder name with
        | Run run -> showRun run
        | Study study -> showStudy study

        ExitCode.Done
