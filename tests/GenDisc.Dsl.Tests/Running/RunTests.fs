module GenDisc.Dsl.Tests.Running.RunTests

open System
open System.IO
open System.Threading
open Expecto
open GenDisc
open GenDisc.Core.Runtime

/// A runs folder that lives as long as the test, and what a run under it tells.
type private Scene() =
    let runs = Directory.CreateTempSubdirectory("gendisc-run-").FullName
    let events = ResizeArray<RunEvent>()
    let cancel = new CancellationTokenSource()

    member _.Runs = runs
    member _.Events = List.ofSeq events
    member _.Cancel() = cancel.Cancel()

    member val Data: string option = None with get, set
    member val OnEvent: RunEvent -> unit = ignore with get, set

    member this.Options =
        { CheckOnly = false
          Runs = runs
          Data = this.Data
          Seed = None
          Epochs = None
          Threads = Some 1
          Device = "cpu"
          Fresh = false
          Cancel = cancel.Token
          Tell =
            fun event ->
                events.Add event
                this.OnEvent event }

    member this.Run(experiment: Experiment) =
        Host.using this.Options (fun () -> run experiment)

    member this.RunFresh(experiment: Experiment) =
        Host.using { this.Options with Fresh = true } (fun () -> run experiment)

    interface IDisposable with
        member _.Dispose() =
            cancel.Dispose()
            Directory.Delete(runs, true)

let private toy =
    { Name = "toy"
      Data = moons |> take 256
      Model = model (dense 16 >> relu >> vae 2 >> classifier [ 8 ])
      Loss = elbo + 5.0 * crossEntropy
      Training = adam 3e-3 |> epochs 2 |> batch 64
      Seed = 1 }

let private bytes (result: RunResult) name =
    File.ReadAllBytes(Path.Combine(result.Folder, name))

let private files folder =
    Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
    |> Array.map (fun f -> Path.GetRelativePath(folder, f).Replace('\\', '/'))
    |> Array.sort
    |> List.ofArray

/// The figures of a folder that do not depend on the clock.
let private figures (result: RunResult) =
    result.Train, result.Validation, result.Test

let private failure (f: unit -> RunResult) =
    try
        f () |> ignore
        failtest "an error was expected"
    with :? UserError as e ->
        e

let private every =
    [ "image hybrid",
      { toy with
          Data = digits |> take 200
          Model = model (conv 4 >> relu >> pool >> batchNorm >> vae 4 >> dropout 0.1 >> classifier [])
          Loss = ramp 2 * (0.05 * elbo) + crossEntropy
          Training = toy.Training |> epochs 1 |> clip 5.0 |> cosine },
      [ "figures/latent.json"; "figures/reconstructions.png"; "figures/samples.png" ]
      "autoencoder",
      { toy with
          Data = digits |> take 200
          Model = model (autoencoder 8)
          Loss = reconstruction
          Training = adamW 1e-3 |> epochs 1 },
      [ "figures/latent.json"; "figures/reconstructions.png" ]
      "plane", toy, [ "figures/latent.json"; "figures/plane.json" ]
      "regression",
      { toy with
          Data = friedman |> take 200
          Model = model (dense 16 >> tanh >> residual (dense 16 >> gelu >> layerNorm) >> regressor [ 8 ])
          Loss = mse
          Training = sgd 1e-3 |> momentum 0.9 |> epochs 2 |> warmUp 1 |> stepDecay 1 0.5 },
      [ "figures/predictions.json" ]
      "line of one latent",
      { toy with
          Data = friedman |> take 200
          Model = model (gaussianVae 1)
          Loss = reconstruction + anneal 0.1 1.0 2 * kl },
      [ "figures/latent.json" ] ]

let tests =
    testList
        "Run"
        [ test "a run leaves its folder, whatever the model" {
              for name, experiment, expected in every do
                  use scene = new Scene()
                  let result = scene.Run experiment

                  Expect.equal
                      (files result.Folder)
                      (List.sort (
                          expected
                          @ [ "experiment.fsx"
                              "log.txt"
                              "metrics.jsonl"
                              "model.safetensors"
                              "plan.json"
                              "report.html"
                              "result.json" ]
                      ))
                      name

                  for KeyValue(key, value) in result.Test.Values do
                      Expect.isTrue (Double.IsFinite value) $"{name}: {key}"
          }
          test "the latent space shows every class" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { toy with
                          Data = digits |> take 100
                          Model = model (vae 4 >> classifier []) }

              use json = Text.Json.JsonDocument.Parse(bytes result "figures/latent.json")

              let labels =
                  json.RootElement.GetProperty("labels").EnumerateArray() |> Seq.map _.GetInt32()

              Expect.equal (Set.ofSeq labels) (Set.ofList [ 0..9 ]) "classes"
          }
          test "the same declaration again is the same run, and is not trained again" {
              use scene = new Scene()
              let first = scene.Run toy
              let written = File.GetLastWriteTimeUtc(Path.Combine(first.Folder, "result.json"))
              let again = scene.Run toy
              Expect.isFalse first.Reused "first"
              Expect.isTrue again.Reused "second"
              Expect.equal again.Id first.Id "id"
              Expect.equal (figures again) (figures first) "figures survive the file"
              Expect.equal (File.GetLastWriteTimeUtc(Path.Combine(first.Folder, "result.json"))) written "untouched"
          }
          test "same seed, same bits; another seed, other bits" {
              use scene = new Scene()
              let first = scene.Run toy
              let weights = bytes first "model.safetensors"
              let again = scene.RunFresh toy
              Expect.isFalse again.Reused "trained again"
              Expect.equal again.Folder first.Folder "in the place of the first"
              Expect.equal (figures again) (figures first) "figures"
              Expect.equal (bytes again "model.safetensors") weights "weights"
              let other = scene.Run { toy with Seed = 2 }
              Expect.notEqual (figures other) (figures first) "another seed"
          }
          test "where a run is written does not show in its figures" {
              use here = new Scene()
              use there = new Scene()
              Expect.equal (figures (here.Run toy)) (figures (there.Run toy)) "figures"
          }
          test "an interruption stops after the batch and writes what there is" {
              use scene = new Scene()

              let long =
                  { toy with
                      Training = toy.Training |> epochs 1000 }

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch(record, _) when record.Epoch = 3 -> scene.Cancel()
                  | _ -> ()

              match failure (fun () -> scene.Run long) with
              | :? RunInterrupted as e ->
                  let lines = File.ReadAllLines(Path.Combine(e.Folder, "metrics.jsonl"))
                  Expect.equal lines.Length 3 "epochs"

                  match Running.ResultFile.tryRead e.Folder with
                  | Some result -> Expect.equal result.Status Status.Interrupted "status"
                  | None -> failtest "result.json"

                  for name in [ "model.safetensors"; "report.html" ] do
                      Expect.isTrue (File.Exists(Path.Combine(e.Folder, name))) name
              | e -> failtest (string (e.GetType()))
          }
          test "an interrupted run is no finished one" {
              use scene = new Scene()

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch _ -> scene.Cancel()
                  | _ -> ()

              failure (fun () -> scene.Run toy) |> ignore
              use later = new Scene()

              let again = Host.using { later.Options with Runs = scene.Runs } (fun () -> run toy)

              Expect.isFalse again.Reused "trained again"
              Expect.equal again.Status Status.Done "to the end"
          }
          test "training again that is interrupted leaves the finished run as it was" {
              use scene = new Scene()
              let first = scene.Run toy
              let before = files first.Folder |> List.map (fun f -> f, bytes first f)

              scene.OnEvent <-
                  function
                  | RunEvent.Epoch _ -> scene.Cancel()
                  | _ -> ()

              failure (fun () -> scene.RunFresh toy) |> ignore
              Expect.equal (files first.Folder |> List.map (fun f -> f, bytes first f)) before "bit for bit"
          }
          test "a diverging run says which term, where, and keeps a record" {
              use scene = new Scene()

              let wild =
                  { toy with
                      Training = sgd 1e20 |> epochs 2 |> batch 64 }

              let error = failure (fun () -> scene.Run wild)
              Expect.stringContains error.Message "training diverged" "what"
              Expect.stringContains error.Message "epoch 1, step" "where"
              Expect.stringContains error.Message "Lower the learning rate" "what to do"
              let folder = Path.Combine(scene.Runs, Experiment.id wild)

              match Running.ResultFile.tryRead folder with
              | Some result -> Expect.equal result.Status Status.Failed "status"
              | None -> failtest "result.json"
          }
          test "an invalid experiment is explained before any folder is made" {
              use scene = new Scene()

              let wrong =
                  { toy with
                      Model = model (dense 10 >> conv 4 >> classifier []) }

              match failure (fun () -> scene.Run wrong) with
              | :? InvalidExperiment as e ->
                  Expect.stringContains e.Message "conv 4 expects an image, but receives vector 10" "says"
                  Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
              | e -> failtest (string (e.GetType()))
          }
          test "bad data is one message and leaves earlier runs alone" {
              use scene = new Scene()

              let data =
                  Directory.CreateDirectory(Path.Combine(scene.Runs, "data", "mnist")).FullName

              for name in
                  [ "train-images-idx3-ubyte"
                    "train-labels-idx1-ubyte"
                    "t10k-images-idx3-ubyte"
                    "t10k-labels-idx1-ubyte" ] do
                  File.WriteAllBytes(Path.Combine(data, name), [| 0uy; 0uy; 8uy; 3uy; 0uy |])

              scene.Data <- Some(Path.GetDirectoryName data |> string)
              let error = failure (fun () -> scene.Run { toy with Data = mnist })
              Expect.stringContains error.Message "train-images-idx3-ubyte" "which file"
              Expect.equal (Directory.GetDirectories scene.Runs).Length 1 "only the data folder is there"
          }
          test "checking trains nothing" {
              use scene = new Scene()

              let result = Host.using { scene.Options with CheckOnly = true } (fun () -> run toy)

              Expect.isTrue (Double.IsNaN result.Test.Accuracy) "no figures"
              Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
          }
          test "seed and epochs of the host replace those of the script" {
              use scene = new Scene()

              let result =
                  Host.using
                      { scene.Options with
                          Seed = Some 7
                          Epochs = Some 1 }
                      (fun () -> run toy)

              Expect.equal
                  result.Id
                  (Experiment.id
                      { toy with
                          Seed = 7
                          Training = { toy.Training with Epochs = 1 } })
                  "the id is that of what was run"
          }
          test "a second process on the same run waits its turn with a message" {
              use scene = new Scene()
              let folder = Path.Combine(scene.Runs, Experiment.id toy)
              Directory.CreateDirectory folder |> ignore

              use _held =
                  new FileStream(Path.Combine(folder, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None)

              let error = failure (fun () -> scene.Run toy)
              Expect.stringContains error.Message "another process is training this experiment" "says"
          }
          test "early stopping reports the best epoch's figures" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { toy with
                          Training = adam 0.05 |> epochs 60 |> batch 32 |> earlyStopping 2 }

              let best =
                  File.ReadAllLines(Path.Combine(result.Folder, "metrics.jsonl"))
                  |> Array.map (fun line ->
                      use json = Text.Json.JsonDocument.Parse line
                      json.RootElement.GetProperty("validation").GetProperty("loss").GetDouble())
                  |> Array.min

              Expect.equal result.Validation.Loss best "restored"
          }
          test "what the language knows of a data set is what the store holds" {
              for data in [ mnist; fashionMnist; digits; moons; friedman ] do
                  let name = Data.storeName data
                  let info = GenDisc.Core.Data.DataStore.Known |> Seq.find (fun i -> i.Name = name)
                  Expect.equal info.TrainCount (Data.trainingCount data) $"{name}: examples"
                  Expect.equal info.Classes (Data.classes data) $"{name}: classes"
                  Expect.equal (List.ofSeq info.Shape) (Shape.dimensions (Data.shape data)) $"{name}: shape"
          } ]
    |> testSequenced
