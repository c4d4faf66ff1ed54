/// Reads run folders; whatever is missing or damaged in one is left out rather than fatal.
module GenDisc.Cli.RunFolders

open System
open System.IO
open System.Text.Json
open GenDisc
open GenDisc.Cli.Fields

type Run =
    {
        Id: string
        Folder: string
        /// `done`, `interrupted`, `failed`; `unfinished` without a result, `damaged` where it cannot be read.
        Status: string
        Message: string option
        Started: DateTimeOffset option
        Seconds: float option
        ExamplesPerSecond: float option
        /// Keys are `<split>.<metric>`.
        Metrics: Map<string, float>
    }

    member this.Split(name: string) : Metrics =
        { Values =
            this.Metrics
            |> Map.toSeq
            |> Seq.choose (fun (key, x) ->
                if key.StartsWith(name + ".", StringComparison.Ordinal) then
                    Some(key.Substring(name.Length + 1), x)
                else
                    None)
            |> Map.ofSeq }

let private empty (folder: string) (status: string) =
    { Id = string (Path.GetFileName folder)
      Folder = folder
      Status = status
      Message = None
      Started = None
      Seconds = None
      ExamplesPerSecond = None
      Metrics = Map.empty }

let private parse (folder: string) (json: string) =
    use document = JsonDocument.Parse json
    let root = document.RootElement

    { empty folder (text "status" root |> Option.defaultValue "damaged") with
        Message = text "message" root
        Started = time "started" root
        Seconds = number "seconds" root
        ExamplesPerSecond = number "examplesPerSecond" root
        Metrics =
            match property "metrics" root with
            | Some metrics when metrics.ValueKind = JsonValueKind.Object ->
                Map.ofList
                    [ for entry in metrics.EnumerateObject() do
                          match asNumber entry.Value with
                          | Some x -> entry.Name, x
                          | None -> () ]
            | _ -> Map.empty }

/// The run in a folder; None where nothing says that the folder holds one.
let read (folder: string) =
    let has (name: string) = File.Exists(Path.Combine(folder, name))

    try
        if has "result.json" then
            Some(parse folder (File.ReadAllText(Path.Combine(folder, "result.json"))))
        elif has "study.json" || has "search.json" then
            None
        elif has "plan.json" || has "experiment.fsx" then
            Some(empty folder "unfinished")
        else
            None
    with
    | :? IOException
    | :? UnauthorizedAccessException
    | :? JsonException -> Some(empty folder "damaged")

let private folders (runs: string) =
    if Directory.Exists runs then
        List.ofArray (Directory.GetDirectories runs)
    else
        []

/// Whether a folder is one that `--fresh` works in, or puts aside until it is done, beside the run's own.
let private isPassing (folder: string) =
    folder.EndsWith(".fresh", StringComparison.Ordinal)
    || folder.EndsWith(".old", StringComparison.Ordinal)

/// All runs in a folder of run folders, oldest first; none where there is no such folder. Passing folders are left out.
let all (runs: string) =
    folders runs
    |> List.filter (isPassing >> not)
    |> List.choose read
    |> List.sortBy (fun run -> run.Started, run.Id)

/// The run of exactly this id, be it in a passing folder.
let tryFind (runs: string) (id: string) =
    folders runs
    |> List.tryFind (fun folder -> Path.GetFileName folder = id)
    |> Option.bind read

/// One line of JSON.
let json (run: Run) =
    Json.line (fun writer ->
        writer.WriteString("id", run.Id)
        writer.WriteString("status", run.Status)
        writer.WriteString("folder", run.Folder)
        run.Started |> Option.iter (fun time -> writer.WriteString("started", time))
        run.Seconds |> Option.iter (Json.number writer "seconds")
        Json.metrics writer (Map.toSeq run.Metrics))
