/// Runs of machines that classify, are stacked, or stand inside other experiments, and of energy classifiers.
module GenDisc.Dsl.Tests.Running.MachineHeadsTests

open System
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Spins

let tests =
    testList
        "Run of machines with heads"
        [ test "a classification machine tells classes and has a density of its data" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "joint"
                          Model = model (classRbm 8)
                          Loss = crossEntropy + 0.05 * pcd 1
                          Training = sgd 0.2 |> epochs 10 |> batch 50 }

              Expect.isGreaterThan result.Test.Accuracy 0.9 "the sign of the magnetisation"
              Expect.isGreaterThan result.Test["logLikelihood"] result.Test["independentLogLikelihood"] "likelihood"
          }

          test "a deep belief network learns in turns and is fine-tuned" {
              use scene = new Scene()

              let network =
                  { spins with
                      Name = "network"
                      Model = model (dbn [ 12; 8 ])
                      Loss = cd 1
                      Training = sgd 0.1 |> epochs 4 |> batch 100 }

              let tuned =
                  scene.Run
                      { network with
                          Name = "tuned"
                          Model = model (finetuned network >> classifier [])
                          Loss = crossEntropy
                          Training = adam 0.01 |> epochs 8 |> batch 50 }

              Expect.isGreaterThan tuned.Test.Accuracy 0.85 "tuned"
              let first = figure (scene.Run network) "boltzmann.json"

              Expect.equal
                  (number [ "visible" ] first, number [ "of" ] first)
                  (9.0, 2.0)
                  "its first machine is measured"

              let before = tensors (bytes (scene.Run network) "model.safetensors")

              let moved =
                  before
                  |> Map.filter (fun name _ -> name.EndsWith("weight", StringComparison.Ordinal))
                  |> Map.forall (fun name (value: byte[]) ->
                      tensors (bytes tuned "model.safetensors")
                      |> Map.toList
                      |> List.exists (fun (key, other) ->
                          key.EndsWith("." + name, StringComparison.Ordinal) && other <> value))

              Expect.isTrue moved "both machines were tuned"
          }

          test "features of a frozen machine go into a classifier" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "features"
                          Model = model (encoder spins >> classifier [])
                          Loss = crossEntropy
                          Training = adam 0.02 |> epochs 8 |> batch 50 }

              Expect.isGreaterThan result.Test.Accuracy 0.8 "accuracy"
          }

          test "an energy classifier tells its samples' energies" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "energies"
                          Data = moons |> take 500 |> against circles
                          Model = model (dense 32 >> silu >> energyClassifier [ 16 ])
                          Loss = crossEntropy + 0.5 * energy
                          Training = adam 3e-3 |> epochs 3 |> batch 64 }

              Expect.isGreaterThan result.Test.Accuracy 0.75 "accuracy"
              let written = figure result "energy.json"
              Expect.isGreaterThan ((written.GetProperty "history").GetArrayLength()) 5 "history"

              for name in [ "train"; "test"; "samples"; "outside" ] do
                  Expect.isGreaterThan ((written.GetProperty name).GetArrayLength()) 1 name
          } ]
