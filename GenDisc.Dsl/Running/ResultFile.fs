/// `result.json`: what a run came to.
module GenDisc.Running.ResultFile

open System
open System.IO
open System.Text.Json
open GenDisc

let private statusName status =
    match status with
    | Status.Done -> "done"
    | Status.Interrupted -> "interrupted"
    | Status.Failed -> "failed"

let private statusOf name =
    match name with
    | "done" -> Status.Done
    | "interrupted" -> Status.Interrupted
    | _ -> Status.Failed

/// What `result.json` holds beyond a RunResult.
type internal Details =
    { Plan: Plan
      Message: string option
      Started: DateTimeOffset
      TotalSeconds: float
      Epochs: int
      BestEpoch: int
      Classes: string list
      Confusion: int64 array array option
      Environment: (string * Json.Node) list
      Data: GenDisc.Core.Data.DataFile list
      Counts: (string * int) list
      Warnings: string list }

let private metrics (result: RunResult) =
    Json.object
        [ for split, figures in [ "train", result.Train; "validation", result.Validation; "test", result.Test ] do
              for KeyValue(name, value) in figures.Values do
                  $"{split}.{name}", Json.number value ]

let internal write (path: string) (result: RunResult) (d: Details) =
    Json.object
        [ "id", Json.text result.Id
          "name", Json.text result.Name
          "status", Json.text (statusName result.Status)
          "message",
          (match d.Message with
           | Some m -> Json.text m
           | None -> null)
          "seed", Json.integer (int64 d.Plan.Experiment.Seed)
          "started",
          Json.text (d.Started.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Globalization.CultureInfo.InvariantCulture))
          "seconds", Json.number result.Seconds
          "totalSeconds", Json.number d.TotalSeconds
          "examplesPerSecond", Json.number result.ExamplesPerSecond
          "epochs", Json.integer d.Epochs
          "bestEpoch", Json.integer d.BestEpoch
          "parameters", Json.integer d.Plan.Parameters
          "flops", Json.integer d.Plan.Flops
          "metrics", metrics result
          "classes", Json.list (d.Classes |> Seq.map Json.text)
          "confusion",
          (match d.Confusion with
           | Some rows ->
               Json.list
                   [ for row in rows do
                         Json.list (row |> Seq.map Json.integer) ]
           | None -> null)
          "environment", Json.object d.Environment
          "data",
          Json.list
              [ for file in d.Data do
                    Json.object
                        [ "file", Json.text file.Name
                          "sha256", Json.text file.Sha256
                          "bytes", Json.integer file.Bytes ] ]
          "counts",
          Json.object
              [ for name, count in d.Counts do
                    name, Json.integer count ]
          "warnings", Json.list (d.Warnings |> Seq.map Json.text) ]
    |> Json.indented
    |> Atomic.writeText path

/// What `read` finds in a folder's `result.json`; None where there is none, or none that can be read.
let private tryReading (folder: string) (read: JsonElement -> 'a) =
    try
        use document =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "result.json")))

        Some(read document.RootElement)
    with
    | :? JsonException
    | :? IOException
    | :? UnauthorizedAccessException
    | :? InvalidOperationException
    | :? Collections.Generic.KeyNotFoundException -> None

/// The run in this folder, or None where there is no readable `result.json`.
let tryRead (folder: string) : RunResult option =
    tryReading folder (fun root ->
        let text (name: string) =
            string (root.GetProperty(name).GetString())

        let number (name: string) =
            match root.GetProperty name with
            | n when n.ValueKind = JsonValueKind.Number -> n.GetDouble()
            | _ -> nan

        let figures = Json.readNumbers (root.GetProperty "metrics")

        let split (name: string) =
            { Values =
                Map.ofList
                    [ for KeyValue(key, value) in figures do
                          if key.StartsWith(name + ".", StringComparison.Ordinal) then
                              key.Substring(name.Length + 1), value ] }

        { Id = text "id"
          Name = text "name"
          Folder = folder
          Status = statusOf (text "status")
          Train = split "train"
          Validation = split "validation"
          Test = split "test"
          Seconds = number "seconds"
          ExamplesPerSecond = number "examplesPerSecond"
          Reused = true })

/// The threads that the run in this folder was trained with, where its `result.json` says so.
let internal tryThreads (folder: string) =
    tryReading folder _.GetProperty("environment").GetProperty("threads").GetInt32()

/// How many examples the run in this folder had in each part, where its `result.json` says so.
let internal tryCounts (folder: string) =
    tryReading folder (fun root ->
        [ for part in root.GetProperty("counts").EnumerateObject() do
              part.Name, part.Value.GetInt32() ])
    |> Option.defaultValue []

/// SHA-256 of the files that the run in this folder was trained on, where its `result.json` says so.
let internal tryChecksums (folder: string) =
    tryReading folder (fun root ->
        [ for file in root.GetProperty("data").EnumerateArray() do
              string (file.GetProperty("sha256").GetString()) ])

/// What the run in this folder says of its end, where its `result.json` says something.
let internal tryMessage (folder: string) =
    tryReading folder (fun root -> string (root.GetProperty("message").GetString()))
    |> Option.filter ((<>) "")
