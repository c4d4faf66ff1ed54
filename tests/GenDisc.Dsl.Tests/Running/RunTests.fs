module GenDisc.Dsl.Tests.Running.RunTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

/// Of every model with a head.
let private headed =
    [ "figures/evaluation.json"
      "figures/features.json"
      "figures/predictions.json" ]

let private every =
    [ "image hybrid",
      { toy with
          Data = digits |> take 200
          Model = model (conv 4 >> relu >> pool >> batchNorm >> vae 4 >> dropout 0.1 >> classifier [])
          Loss = ramp 2 * (0.05 * elbo) + crossEntropy
          Training = toy.Training |> epochs 1 |> clip 5.0 |> cosine },
      headed
      @ [ "figures/bound.json"
          "figures/filters.png"
          "figures/latent.json"
          "figures/mistakes.png"
          "figures/reconstructions.png"
          "figures/samples.png" ]
      "autoencoder",
      { toy with
          Data = digits |> take 200
          Model = model (autoencoder 8)
          Loss = reconstruction
          Training = adamW 1e-3 |> epochs 1 },
      [ "figures/filters.png"; "figures/latent.json"; "figures/reconstructions.png" ]
      "plane",
      toy,
      headed
      @ [ "figures/bound.json"
          "figures/latent.json"
          "figures/plane.json"
          "figures/quality.json" ]
      "regression",
      { toy with
          Data = friedman |> take 200
          Model = model (dense 16 >> tanh >> residual (dense 16 >> gelu >> layerNorm) >> regressor [ 8 ])
          Loss = mse
          Training = sgd 1e-3 |> momentum 0.9 |> epochs 2 |> warmUp 1 |> stepDecay 1 0.5 },
      headed @ [ "figures/regression.json" ]
      "line of one latent",
      { toy with
          Data = friedman |> take 200
          Model = model (gaussianVae 1)
          Loss = reconstruction + anneal 0.1 1.0 2 * kl },
      [ "figures/bound.json"; "figures/latent.json"; "figures/quality.json" ] ]

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
          test "kernels can be turned off by the script or by the host, and change digits only" {
              use scene = new Scene()

              let plain =
                  { toy with
                      Training = toy.Training |> withoutKernels }

              let off = scene.Run plain
              let on = scene.Run toy

              let asked =
                  Host.using
                      { scene.Options with
                          Kernels = Some false }
                      (fun () -> run toy)

              Expect.equal asked.Id off.Id "the host's wish makes it the other experiment"
              Expect.notEqual on.Id off.Id "which is kept apart"
              Expect.isLessThan (abs (on.Test.CrossEntropy - off.Test.CrossEntropy)) 1e-3 "cross-entropy"

              let recorded (result: RunResult) =
                  File.ReadAllText(Path.Combine(result.Folder, "result.json"))

              Expect.stringContains (recorded off) "\"kernels\": \"off\"" "recorded"
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
              for name, data in
                  [ "mnist", mnist
                    "fashion-mnist", fashionMnist
                    "cifar10", cifar10
                    "digits", digits
                    "moons", moons
                    "circles", circles
                    "spirals", spirals
                    "blobs", blobs
                    "friedman", friedman ] do
                  let known = GenDisc.Dsl.Tests.Generators.facts data
                  let info = GenDisc.Core.Data.DataStore.Known |> Seq.find (fun i -> i.Name = name)
                  Expect.equal info.TrainCount known.Training $"{name}: examples"
                  Expect.equal info.Classes known.Classes $"{name}: classes"
                  Expect.equal (List.ofSeq info.Shape) (Shape.dimensions known.Shape) $"{name}: shape"
          } ]
    |> testSequenced
