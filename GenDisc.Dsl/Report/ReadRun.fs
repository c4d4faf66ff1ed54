/// Reads a run folder leniently: what cannot be read becomes a note in the report.
module internal GenDisc.Reporting.ReadRun

open System
open System.IO
open System.Text.Json

let private field (name: string) (e: JsonElement) =
    if e.ValueKind = JsonValueKind.Object then
        match e.TryGetProperty name with
        | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
        | _ -> None
    else
        None

let private asFloat (e: JsonElement) =
    match e.ValueKind with
    | JsonValueKind.Number -> Some(e.GetDouble())
    | JsonValueKind.String when e.GetString() = "NaN" -> Some nan
    | JsonValueKind.String when e.GetString() = "Infinity" -> Some infinity
    | JsonValueKind.String when e.GetString() = "-Infinity" -> Some -infinity
    | _ -> None

let private asText (e: JsonElement) =
    match e.ValueKind with
    | JsonValueKind.String -> e.GetString() |> Option.ofObj |> Option.defaultValue ""
    | JsonValueKind.Null
    | JsonValueKind.Undefined -> ""
    | _ -> e.GetRawText()

let private whole (x: float) =
    if Double.IsFinite x && abs x < 9e18 then Some(int64 x) else None

let private number name e = field name e |> Option.bind asFloat
let private long name e = number name e |> Option.bind whole

let private integer name e =
    long name e
    |> Option.bind (fun n -> if abs n <= int64 Int32.MaxValue then Some(int32 n) else None)

let private words name e = field name e |> Option.map asText

let private items name e =
    match field name e with
    | Some list when list.ValueKind = JsonValueKind.Array -> List.ofSeq (list.EnumerateArray())
    | _ -> []

let private entries name e =
    match field name e with
    | Some map when map.ValueKind = JsonValueKind.Object ->
        [ for entry in map.EnumerateObject() do
              entry.Name, entry.Value ]
    | _ -> []

let private figures name e =
    entries name e
    |> List.choose (fun (key, value) -> asFloat value |> Option.map (fun x -> key, x))
    |> Map.ofList

let private floats name e = items name e |> List.choose asFloat

let private labels name e =
    floats name e |> Seq.map int32 |> Array.ofSeq

let private point (e: JsonElement) =
    if e.ValueKind = JsonValueKind.Array && e.GetArrayLength() >= 2 then
        match asFloat e[0], asFloat e[1] with
        | Some x, Some y -> Some(x, y)
        | _ -> None
    else
        None

let private points name e =
    items name e
    |> Seq.map (fun item -> point item |> Option.defaultValue (nan, nan))
    |> Array.ofSeq

/// A shape is written as its text or as a list of sizes.
let private shape name e =
    match field name e with
    | Some list when list.ValueKind = JsonValueKind.Array ->
        list.EnumerateArray() |> Seq.map asText |> String.concat "×"
    | Some value -> asText value
    | None -> ""

let private plan e : PlanFile =
    { Rows =
        items "rows" e
        |> List.map (fun row ->
            { Block = words "block" row |> Option.defaultValue ""
              In = shape "in" row
              Out = shape "out" row
              Parameters = long "parameters" row |> Option.defaultValue 0L
              Flops = long "flops" row |> Option.defaultValue 0L })
      Parameters = long "parameters" e |> Option.defaultValue 0L
      Flops = long "flops" e |> Option.defaultValue 0L
      Loss = words "loss" e
      Terms =
        items "terms" e
        |> List.map (fun term ->
            { Name = words "name" term |> Option.defaultValue ""
              Weight = number "weight" term
              Schedule = words "schedule" term })
      Likelihood = words "likelihood" e
      Latent = integer "latent" e
      Shape = floats "shape" e |> List.map int32
      Classes = integer "classes" e
      Training = words "training" e }

let private epoch e =
    integer "epoch" e
    |> Option.map (fun number' ->
        { Epoch = number'
          Seconds = number "seconds" e
          LearningRate = number "learningRate" e
          Weights = figures "weights" e
          Train = figures "train" e
          Validation = figures "validation" e })

let private result e : ResultFile =
    { Id = words "id" e |> Option.defaultValue ""
      Name = words "name" e |> Option.defaultValue ""
      Status = words "status" e |> Option.defaultValue "unknown"
      Message = words "message" e
      Seed = long "seed" e
      Started = words "started" e
      Seconds = number "seconds" e
      TotalSeconds = number "totalSeconds" e
      ExamplesPerSecond = number "examplesPerSecond" e
      Epochs = integer "epochs" e
      BestEpoch = integer "bestEpoch" e
      Parameters = long "parameters" e
      Flops = long "flops" e
      Metrics = figures "metrics" e
      Classes = items "classes" e |> List.map asText
      Confusion =
        items "confusion" e
        |> Seq.filter (fun row -> row.ValueKind = JsonValueKind.Array)
        |> Seq.map (fun row ->
            row.EnumerateArray()
            |> Seq.map (fun cell -> asFloat cell |> Option.bind whole |> Option.defaultValue 0L)
            |> Array.ofSeq)
        |> Array.ofSeq
      Environment = entries "environment" e |> List.map (fun (key, value) -> key, asText value)
      Data =
        items "data" e
        |> List.map (fun file ->
            words "file" file |> Option.defaultValue "",
            words "sha256" file |> Option.defaultValue "",
            long "bytes" file)
      Counts =
        figures "counts" e
        |> Map.toSeq
        |> Seq.choose (fun (key, x) -> whole x |> Option.map (fun n -> key, n))
        |> Map.ofSeq
      Warnings = items "warnings" e |> List.map asText }

let private latent e : LatentFile =
    { Method = words "method" e |> Option.defaultValue ""
      Explained = floats "explained" e
      Points = points "points" e
      Labels = labels "labels" e }

let private plane e : PlaneFile =
    { Data = points "data" e
      Labels = labels "labels" e
      Samples = points "samples" e
      Reconstructions = points "reconstructions" e }

/// Targets of one or of several dimensions, flattened.
let private predictions e : PredictionsFile =
    let flat name =
        items name e
        |> Seq.collect (fun item ->
            if item.ValueKind = JsonValueKind.Array then
                Seq.choose asFloat (item.EnumerateArray())
            else
                Option.toList (asFloat item))
        |> Array.ofSeq

    { Truth = flat "truth"
      Prediction = flat "prediction" }

let private isPng (bytes: byte[]) =
    bytes.Length > 8
    && bytes.AsSpan(0, 4).SequenceEqual [| 0x89uy; 0x50uy; 0x4Euy; 0x47uy |]

/// Reads what there is. Throws DirectoryNotFoundException when the folder itself is missing.
let read (folder: string) =
    if not (Directory.Exists folder) then
        raise (DirectoryNotFoundException $"there is no run folder {folder}")

    let notes = ResizeArray<string>()

    let attempt (name: string) (load: string -> 'a option) =
        let path = Path.Combine(folder, name)

        if File.Exists path then
            try
                load path
            with
            | :? IOException
            | :? UnauthorizedAccessException
            | :? JsonException
            | :? InvalidOperationException as e ->
                notes.Add $"{name} could not be read: {e.Message}"
                None
        else
            None

    let json name (parse: JsonElement -> 'a) =
        attempt name (fun path ->
            use document = JsonDocument.Parse(File.ReadAllText path)

            if document.RootElement.ValueKind <> JsonValueKind.Object then
                raise (JsonException "it holds no object")

            Some(parse document.RootElement))

    let png name =
        attempt name (fun path ->
            let bytes = File.ReadAllBytes path

            if isPng bytes then
                Some bytes
            else
                notes.Add $"{name} is not a PNG image"
                None)

    let epochs =
        attempt "metrics.jsonl" (fun path ->
            let lines =
                File.ReadAllLines path
                |> Seq.indexed
                |> Seq.filter (fun (_, line) -> not (String.IsNullOrWhiteSpace line))

            Some
                [ for index, line in lines do
                      try
                          use document = JsonDocument.Parse line

                          match epoch document.RootElement with
                          | Some e -> e
                          | None -> notes.Add $"metrics.jsonl, line {index + 1} names no epoch and was left out"
                      with :? JsonException ->
                          notes.Add $"metrics.jsonl, line {index + 1} is broken and was left out" ])

    // Evaluated in a fixed order, before the notes are collected.
    let run =
        { FolderName = DirectoryInfo(folder).Name
          Source = attempt "experiment.fsx" (File.ReadAllText >> Some)
          Plan = json "plan.json" plan
          Epochs = epochs |> Option.defaultValue [] |> List.sortBy _.Epoch
          Result = json "result.json" result
          Reconstructions = png "figures/reconstructions.png"
          Samples = png "figures/samples.png"
          Latent = json "figures/latent.json" latent
          Plane = json "figures/plane.json" plane
          Predictions = json "figures/predictions.json" predictions
          Notes = [] }

    { run with Notes = List.ofSeq notes }
