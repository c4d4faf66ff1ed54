/// Reads a run folder leniently: what cannot be read becomes a note in the report.
module internal GenDisc.Reporting.ReadRun

open System
open System.IO
open System.Text.Json
open GenDisc.Reporting.Fields

let private plan e : PlanFile =
    { Rows =
        items "rows" e
        |> List.map (fun row ->
            { Block = wordsOrEmpty "block" row
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
            { Name = wordsOrEmpty "name" term
              Weight = number "weight" term
              Schedule = words "schedule" term })
      Likelihood = words "likelihood" e
      Latent = integer "latent" e
      Shape = floats "shape" e |> List.map int32
      Classes = integer "classes" e
      Training = words "training" e
      Written = words "diffusion" e }

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
    { Id = wordsOrEmpty "id" e
      Name = wordsOrEmpty "name" e
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
        |> List.map (fun file -> wordsOrEmpty "file" file, wordsOrEmpty "sha256" file, long "bytes" file)
      Counts =
        figures "counts" e
        |> Map.toSeq
        |> Seq.choose (fun (key, x) -> whole x |> Option.map (fun n -> key, n))
        |> Map.ofSeq
      Warnings = items "warnings" e |> List.map asText }

let private latent e : LatentFile =
    { Method = wordsOrEmpty "method" e
      Explained = floats "explained" e
      Points = points "points" e
      Labels = labels "labels" e }

let private plane e : PlaneFile =
    { Data = points "data" e
      Labels = labels "labels" e
      Samples = points "samples" e
      SampleLabels = labels "sampleLabels" e
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
          Evaluation = json "figures/evaluation.json" ReadFigures.evaluation
          MistakesPicture = png "figures/mistakes.png"
          MistakeSeries = json "figures/mistakes.json" ReadFigures.mistakeSeries |> Option.defaultValue []
          Sequences = json "figures/sequences.json" ReadFigures.sequences |> Option.defaultValue []
          Preparation = json "figures/preparation.json" ReadFigures.preparation
          PreparationPicture = png "figures/preparation.png"
          Augmented = png "figures/augmented.png"
          Filters = png "figures/filters.png"
          Features = json "figures/features.json" ReadFigures.features
          Regression = json "figures/regression.json" ReadFigures.regression
          Forecast = json "figures/forecast.json" ReadFigures.forecast
          Outside = json "figures/outOfDistribution.json" ReadFigures.outside
          Boltzmann = json "figures/boltzmann.json" ReadEnergies.boltzmann
          Chains = json "figures/chains.json" ReadEnergies.chains
          ChainsPicture = png "figures/chains.png"
          Ising = json "figures/ising.json" ReadEnergies.ising
          Energy = json "figures/energy.json" ReadEnergies.energy
          Augmentation = json "figures/augmentation.json" ReadAugmentation.augmentation
          Generated = png "figures/generated.png"
          Closest = png "figures/closest.png"
          Quality = json "figures/quality.json" ReadQuality.quality
          Neighbours = png "figures/neighbours.png"
          Posterior = json "figures/posterior.json" ReadFigures.posterior
          Bound = json "figures/bound.json" ReadFigures.bound
          Diffusion = json "figures/denoising.json" DiffusionFile.read
          Trajectory = png "figures/trajectory.png"
          Film = png "figures/film.png"
          DiffusionClasses = json "figures/diffusion-classes.json" ReadDiffusion.classes
          DiffusionBound = json "figures/diffusion-bound.json" ReadDiffusion.bound
          Notes = [] }

    { run with Notes = List.ofSeq notes }
