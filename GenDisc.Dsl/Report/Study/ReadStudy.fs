/// Reads a study's folder leniently: what cannot be read becomes a note in the report.
module internal GenDisc.Reporting.ReadStudy

open System
open System.IO
open System.Text.Json
open GenDisc.Reporting.Fields

let private real name e =
    number name e |> Option.defaultValue nan

let private figure e : StudyFigure =
    { Mean = real "mean" e
      Deviation = real "deviation" e
      Low = real "low" e
      High = real "high" e
      Count = integer "count" e |> Option.defaultValue 0
      Values = aligned "values" e }

let private contrast e : StudyContrast =
    { Difference = real "difference" e
      Low = real "low" e
      High = real "high" e
      BootstrapLow = real "bootstrapLow" e
      BootstrapHigh = real "bootstrapHigh" e
      P = real "p" e
      Adjusted = real "adjusted" e
      Effect = real "effect" e
      Test = wordsOrEmpty "test" e
      Verdict = wordsOrEmpty "verdict" e }

let private run e : StudyRun =
    { Seed = long "seed" e
      Id = wordsOrEmpty "id" e
      Folder = wordsOrEmpty "folder" e
      Seconds = real "seconds" e
      Reused = truth "reused" e }

let private level e : StudyLevel =
    { Corruption = wordsOrEmpty "corruption" e
      Level = real "level" e
      Mean = real "mean" e
      Low = real "low" e
      High = real "high" e }

let private row e : StudyEntry =
    { Name = words "name" e |> Option.filter ((<>) "") |> Option.defaultValue "row"
      Labels = long "labels" e
      Weight = finite "weight" e
      Source = wordsOrEmpty "source" e
      Data = wordsOrEmpty "data" e
      Model = wordsOrEmpty "model" e
      Loss = wordsOrEmpty "loss" e
      Training = wordsOrEmpty "training" e
      Parameters = long "parameters" e
      Flops = long "flops" e
      TrainingFlops = real "trainingFlops" e
      Seconds = real "seconds" e
      Epochs = real "epochs" e
      Figures =
        entries "figures" e
        |> List.map (fun (name, value) -> name, figure value)
        |> Map.ofList
      Contrast = field "contrast" e |> Option.map contrast
      OnFront = truth "onFront" e
      Runs = items "runs" e |> List.map run
      Robustness = items "robustness" e |> List.map level }

let private file (folder: string) e : StudyFile =
    let data = part "data" e

    { Id =
        words "id" e
        |> Option.filter ((<>) "")
        |> Option.defaultWith (fun () -> DirectoryInfo(folder).Name)
      Question = words "question" e |> Option.filter ((<>) "") |> Option.defaultValue "A study"
      Kind = words "kind" e |> Option.defaultValue "comparison"
      Metric = words "metric" e |> Option.defaultValue "accuracy"
      Seeds = floats "seeds" e |> List.choose whole
      EqualCompute = truth "equalCompute" e
      Source = wordsOrEmpty "source" e
      Script = wordsOrEmpty "script" e
      Started = words "started" e
      Seconds = real "seconds" e
      Joules = real "joules" e
      Environment =
        entries "environment" e
        |> List.filter (fun (_, value) -> value.ValueKind <> JsonValueKind.Null)
        |> List.map (fun (key, value) -> key, asText value)
      DataTitle = wordsOrEmpty "title" data
      Training = long "training" data
      Validation = long "validation" data
      Test = long "test" data
      Family = long "family" e
      Front = items "front" e |> List.map asText
      Rows = items "rows" e |> List.map row
      Statements = items "statements" e |> List.map asText
      Limits = items "limits" e |> List.map asText }

/// The run's folder when it lies beside the study's own: a study shows no file from anywhere else.
let private beside (folder: string) (run: StudyRun) =
    let path = Path.GetFullPath(Path.Combine(folder, run.Folder))
    let parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator path)

    let own =
        Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath folder))

    if run.Folder <> "" && String.Equals(parent, own, StringComparison.Ordinal) then
        Some path
    else
        None

/// Reads what there is. Throws FileNotFoundException or DirectoryNotFoundException where there is no study.json, and
/// JsonException where it cannot be read.
let read (folder: string) : StudyFolder =
    let notes = ResizeArray<string>()

    use document =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "study.json")))

    if document.RootElement.ValueKind <> JsonValueKind.Object then
        raise (JsonException "study.json holds no object")

    let file = file folder document.RootElement

    let load (row: StudyEntry) =
        let found =
            row.Runs
            |> List.tryPick (fun run ->
                match beside folder run with
                | Some path when Directory.Exists path ->
                    try
                        Some(ReadRun.read path)
                    with
                    | :? IOException
                    | :? UnauthorizedAccessException -> None
                | _ -> None)

        match found with
        | Some run -> notes.AddRange(run.Notes |> List.map (fun note -> $"{row.Title}: {note}"))
        | None when row.Runs.IsEmpty -> notes.Add $"{row.Title}: study.json names no run."
        | None -> notes.Add $"{row.Title}: none of its run folders is here, so its objective cannot be typeset."

        found

    let runs = file.Rows |> List.map load

    { File = file
      Runs = runs
      Notes = List.ofSeq (Seq.distinct notes) }
