/// One experiment from plan to run folder.
module internal GenDisc.Running.Train

open System
open System.Diagnostics
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Reporting

let private load (options: HostOptions) (data: Data) =
    let store = Settings.dataStore options.Data Settings.environment

    let progress =
        Settings.fetching (fun file received total -> options.Tell(RunEvent.Fetching(file, received, total)))

    store.Load(Data.storeName data, progress, options.Cancel)

let private environment (training: Training) (machine: MachineInfo) =
    [ "gendisc", Json.text Version.text
      "torchSharp", Json.text machine.TorchSharp
      "libtorch", Json.text machine.LibTorch
      "dotnet", Json.text machine.DotNet
      "os", Json.text machine.Os
      "cpu", Json.text machine.Cpu
      "threads", Json.integer machine.Threads
      "device", Json.text machine.Device
      "kernels",
      Json.text (
          if not training.Kernels then "off"
          elif machine.Device <> "cpu" then "none for this device"
          elif GenDisc.Core.Kernels.Simd.Available then "on"
          else "none for this processor"
      ) ]

/// Figures of a split on the model as it stands, and what its examples were taken for.
let private examine learner (streams: Streams) device (name: string) (split: Split) =
    let confusion = ConfusionMatrix split.Data.Classes
    let predictions = Predictions()

    let both =
        { new IEvaluationSink with
            member _.Add(output, batch) =
                confusion.Add(output, batch)
                predictions.Add(output, batch) }

    let means =
        Trainer.Evaluate(learner, split, streams.Evaluation(name, device), device, both)

    let figures =
        [ for KeyValue(k, v) in means do
              k, v ]
        @ [ for KeyValue(k, v) in predictions.Figures() do
                k, v ]

    ({ Values = Map.ofList figures }: Metrics), confusion, predictions

/// A script that runs the experiment again under `gendisc run`, from anywhere.
let private script experiment =
    $"open GenDisc\n\n{Experiment.show experiment}\n|> run\n|> ignore\n"

let private empty: Metrics = { Values = Map.empty }

/// Trains, evaluates, draws and writes. Raises what training raises, after writing down how far it came.
let run (options: HostOptions) (plan: Plan) (id: string) : RunResult =
    let experiment = plan.Experiment
    let clock = Stopwatch.StartNew()
    let started = DateTimeOffset.UtcNow
    let loaded = load options experiment.Data
    let streams = Streams(int64 experiment.Seed)

    let splits =
        Splits.Make(
            loaded.Train,
            loaded.Test,
            experiment.Data.Validation,
            Option.toNullable experiment.Data.Take,
            streams.Take
        )

    TorchRuntime.UseThreads(Option.toNullable options.Threads) |> ignore
    let device = TorchRuntime.Device options.Device
    use folder = RunFolder.Open(options.Runs, id)
    let recorder = Recorder(folder, experiment.Training.Epochs, options.Tell)
    Atomic.writeText (folder.File "experiment.fsx") (script experiment)
    Atomic.writeText (folder.File "plan.json") (PlanJson.write plan)
    recorder.Log $"run {id} on {splits.Train.Count} training examples"

    use model = Compile.model plan streams device
    use learner = Compile.learner experiment model streams device

    let result status (train, validation, test) (outcome: TrainingOutcome option) =
        { Id = id
          Name = experiment.Name
          Folder = folder.Path
          Status = status
          Train = train
          Validation = validation
          Test = test
          Seconds = outcome |> Option.map _.Seconds |> Option.defaultValue nan
          ExamplesPerSecond = outcome |> Option.map _.ExamplesPerSecond |> Option.defaultValue nan
          Reused = false }

    let writeResult (result: RunResult) message (outcome: TrainingOutcome option) confusion =
        ResultFile.write
            (folder.File "result.json")
            result
            { Plan = plan
              Message = message
              Started = started
              TotalSeconds = clock.Elapsed.TotalSeconds
              Epochs = outcome |> Option.map _.Epochs.Count |> Option.defaultValue 0
              BestEpoch = outcome |> Option.map _.BestEpoch |> Option.defaultValue 0
              Classes = List.ofSeq loaded.Train.ClassNames
              Confusion = confusion
              Environment = environment experiment.Training (MachineInfo.Read options.Device)
              Data = List.ofSeq loaded.Files
              Counts =
                [ "train", splits.Train.Count
                  "validation", splits.Validation.Count
                  "test", splits.Test.Count ]
              Warnings = recorder.Warnings }

    let fit () =
        Trainer(Compile.trainerOptions experiment.Training, recorder)
            .Fit(learner, splits, streams, device, options.Cancel)

    let outcome =
        try
            fit ()
        with :? DivergedException as e ->
            recorder.Log e.Message
            writeResult (result Status.Failed (empty, empty, empty) None) (Some e.Message) None None
            Report.write folder.Path |> ignore
            raise (UserError($"{e.Message}\nWhat was done before is in {folder.Settle Status.Failed}", e))

    let train, _, _ = examine learner streams device "train" splits.Train
    let test, confusion, predictions = examine learner streams device "test" splits.Test

    let validation =
        if splits.Validation.Count = 0 then
            empty
        else
            let figures, _, _ = examine learner streams device "validation" splits.Validation
            figures

    Atomic.write (folder.File "model.safetensors") (fun stream ->
        SafeTensors.Save(model, stream, dict [ "gendisc", id ] |> Collections.Generic.Dictionary))

    match model.Bottleneck with
    | null -> ()
    | bottleneck ->
        Figures.write
            { Model = model
              Bottleneck = bottleneck
              Test = splits.Test
              Shape = Data.shape experiment.Data
              Streams = streams
              Device = device
              File = fun name -> folder.File(IO.Path.Combine("figures", name)) }

    if predictions.Truth.Count > 0 then
        Figures.predictions (folder.File(IO.Path.Combine("figures", "predictions.json"))) predictions

    let status = if outcome.Interrupted then Status.Interrupted else Status.Done
    let final = result status (train, validation, test) (Some outcome)

    let message =
        if outcome.Interrupted then
            Some $"interrupted after {outcome.Epochs.Count} of {experiment.Training.Epochs} epochs"
        elif outcome.StoppedEarly then
            Some $"stopped early: best validation loss at epoch {outcome.BestEpoch}"
        else
            None

    recorder.Log(message |> Option.defaultValue "done")
    writeResult final message (Some outcome) (if model.IsClassifier then Some(confusion.Rows()) else None)
    Report.write folder.Path |> ignore

    let settled =
        { final with
            Folder = folder.Settle status }

    if outcome.Interrupted then
        options.Tell(RunEvent.Finished settled)
        raise (RunInterrupted settled.Folder)

    settled
