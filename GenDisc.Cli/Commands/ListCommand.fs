/// `gendisc list` and `gendisc show`.
module GenDisc.Cli.ListCommand

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
                yield
                    run.Started
                    |> Option.map (fun t -> t.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture))
                    |> orEmpty ] ]

let list (arguments: string list) =
    let parsed = Arguments.parse<ListArguments> "list" Help.list arguments

    let folder = Arguments.runsFolder "list" (parsed.TryGetResult ListArguments.Runs)
    let runs = RunFolders.all folder

    if parsed.Contains ListArguments.Json then
        runs |> List.iter (RunFolders.json >> Console.Out.WriteLine)
    elif runs.IsEmpty then
        Console.Out.WriteLine("no runs in " + folder)
    else
        let rows = rows runs
        // names and dates to the left
        let right =
            rows[0]
            |> List.map (fun column -> column.StartsWith "test " || column = "seconds")

        rows |> Wording.tableOf right |> List.iter Console.Out.WriteLine

    ExitCode.Done

/// A run by folder, id or the beginning of one. Raises UsageError where there is none, or more than one.
let find (runsFolder: string) (name: string) =
    let wrong message =
        raise (UsageError(message, "gendisc list"))

    let byPrefix =
        RunFolders.all runsFolder
        |> List.filter (fun run -> run.Id.StartsWith(name, StringComparison.Ordinal))

    let byFolder =
        if Directory.Exists name then
            RunFolders.read (Path.TrimEndingDirectorySeparator(Path.GetFullPath name))
        else
            None

    match RunFolders.tryFind runsFolder name, byFolder, byPrefix with
    | Some run, _, _
    | None, Some run, _
    | None, None, [ run ] -> run
    | None, None, [] -> wrong ("no run in " + runsFolder + " has an id that begins with '" + name + "'")
    | None, None, many -> wrong ("'" + name + "' fits several runs: " + String.Join(", ", many |> List.map _.Id))

let show (arguments: string list) =
    let parsed = Arguments.parse<ShowArguments> "show" Help.show arguments

    let folder = Arguments.runsFolder "show" (parsed.TryGetResult ShowArguments.Runs)

    match parsed.TryGetResult Run with
    | None -> raise (UsageError("which run? As in: gendisc show hybrid-mnist", "gendisc list"))
    | Some name ->
        let run = find folder name
        let line (text: string) = Console.Out.WriteLine text
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
        line ("folder: " + Wording.path (Path.GetFullPath run.Folder))

        Outcome.report run.Folder |> Option.iter (fun path -> line ("report: " + path))

        ExitCode.Done
