/// Runs of Boltzmann machines and energy classifiers.
module GenDisc.Dsl.Tests.Running.MachineRunTests

open System
open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

/// A lattice of nine spins: every state can be summed.
let private spins =
    { Name = "spins"
      Data = ising 3 2.0 |> take 2000
      Model = model (rbm 6)
      Loss = pcd 2
      Training = sgd 0.1 |> epochs 8 |> batch 100
      Seed = 1 }

let private figure (result: RunResult) name =
    use json =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(result.Folder, "figures", name)))

    json.RootElement.Clone()

let private number (path: string list) (e: JsonElement) =
    (path |> List.fold (fun (at: JsonElement) name -> at.GetProperty name) e).GetDouble()

let private warnings (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Warning text -> text
          | _ -> () ]

let private drawn (result: RunResult) =
    for name in [ "chains.png"; "samples.png"; "filters.png" ] do
        Expect.isTrue (File.Exists(Path.Combine(result.Folder, "figures", name))) name

let tests =
    testList
        "Run of machines"
        [ test "a small machine's likelihood is exact, and better than that of independent units" {
              use scene = new Scene()
              let result = scene.Run spins
              let likelihood, units = result.Test["logLikelihood"], result.Test["independentLogLikelihood"]
              Expect.isGreaterThan likelihood (units + 0.5) "learned"
              Expect.equal result.Test["logZError"] 0.0 "by enumeration"
              // p(v) = exp(−F) / Z
              Expect.floatClose Accuracy.medium likelihood (-result.Test["freeEnergy"] - result.Test["logZ"]) "free energy"
              Expect.isEmpty (warnings scene) "warnings"
              let written = figure result "boltzmann.json"
              Expect.equal ((written.GetProperty "logZ").GetProperty("method").GetString()) "enumeration" "method"
              Expect.floatClose Accuracy.high (number [ "logLikelihood"; "test" ] written) likelihood "in the file"
              drawn result
          }

          test "nine spins, 2⁹ states: F = U − TS to 1e-6 at every temperature in the file" {
              use scene = new Scene()
              let points = (figure (scene.Run spins) "boltzmann.json").GetProperty "thermodynamics"

              for point in points.EnumerateArray() do
                  let at name = number [ name ] point
                  Expect.isLessThan (abs (at "freeEnergy" - (at "energy" - at "entropy" / at "beta"))) 1e-6 "F"
                  Expect.isLessThan (abs (at "freeEnergy" + at "logZ" / at "beta")) 1e-6 "log Z"
          }

          test "the machine's physics stands beside the sampler's and the exact values" {
              use scene = new Scene()
              let result =
                  scene.Run
                      { spins with
                          Training = sgd 0.2 |> epochs 100 |> batch 100 }

              let written = figure result "ising.json"
              let exact = number [ "exact"; "energy" ] written
              Expect.isLessThan (abs (result.Test["samplerEnergy"] - exact)) 0.05 "sampler"
              Expect.isLessThan (abs (result.Test["isingEnergy"] - exact)) (0.1 * abs exact) "machine"
              Expect.isGreaterThan ((written.GetProperty "knob").GetArrayLength()) 4 "temperatures"
          }

          test "a machine worse than independent units is told, loudly" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "spoilt"
                          Loss = cd 1
                          Training = sgd 20.0 |> epochs 1 |> batch 100 }

              Expect.isLessThan result.Test["logLikelihood"] result.Test["independentLogLikelihood"] "it is"

              Expect.exists
                  (warnings scene)
                  (fun text -> text.StartsWith("THE MACHINE IS WORSE THAN INDEPENDENT PIXELS", StringComparison.Ordinal))
                  "the warning"

              let report = File.ReadAllText(Path.Combine(result.Folder, "report.html"))
              Expect.stringContains report "worse than independent" "the report"
          }

          test "the same seed gives the same bits, chains included" {
              use first = new Scene()
              use second = new Scene()
              let a, b = first.Run spins, second.Run spins
              Expect.equal (figures a) (figures b) "figures"
              Expect.equal (bytes a "model.safetensors") (bytes b "model.safetensors") "values"

              let chains =
                  tensors (bytes a "model.safetensors")
                  |> Map.filter (fun name _ -> name.EndsWith(".chains", StringComparison.Ordinal))

              Expect.equal chains.Count 1 "persistent chains are saved with the machine"
          }

          for name, loss in
              [ "exact", nll
                "tempered", tempering 4
                "centred", centred (pcd 1)
                "enhanced", enhanced (cd 1)
                "sparse", cd 1 + 0.1 * sparsityTarget 0.2 ] do
              test $"{name}: {loss} beats independent units" {
                  use scene = new Scene()
                  let result = scene.Run { spins with Name = name; Loss = loss }
                  Expect.isGreaterThan result.Test["logLikelihood"] result.Test["independentLogLikelihood"] "likelihood"
              }

          test "a general machine is enumerated too" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "general"
                          Model = model (boltzmann 2)
                          Loss = nll
                          Training = adam 0.02 |> epochs 6 |> batch 200 }

              Expect.isGreaterThan result.Test["logLikelihood"] result.Test["independentLogLikelihood"] "likelihood"
              Expect.floatClose Accuracy.medium result.Test["logLikelihood"] -result.Test["nll"] "exactly"
          }

          test "a machine that learned nothing is told, quietly" {
              use scene = new Scene()

              scene.Run
                  { spins with
                      Name = "idle"
                      Loss = cd 1
                      Training = sgd 1e-9 |> epochs 1 |> batch 100 }
              |> ignore

              Expect.exists (warnings scene) _.StartsWith("the machine is no better than independent pixels") "told"
              Expect.all (warnings scene) (fun text -> not (text.Contains "WORSE")) "no alarm"
          }

          test "a run that is stopped while log Z is estimated is interrupted, and keeps its weights" {
              use scene = new Scene()

              scene.OnEvent <-
                  function
                  | RunEvent.Working _ -> scene.Cancel()
                  | _ -> ()

              let stopped =
                  try
                      scene.Run
                          { spins with
                              Name = "stopped"
                              Data = ising 5 2.5 |> take 1000
                              Model = model (rbm 21)
                              Training = sgd 0.05 |> epochs 1 |> batch 100 }
                      |> ignore

                      failtest "it was stopped"
                  with :? RunInterrupted as e ->
                      e

              use json =
                  JsonDocument.Parse(File.ReadAllText(Path.Combine(stopped.Folder, "result.json")))

              Expect.equal (json.RootElement.GetProperty("status").GetString()) "interrupted" "status"
              Expect.isTrue (File.Exists(Path.Combine(stopped.Folder, "model.safetensors"))) "weights"
          }

          test "real numbers have a density" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "half-circles"
                          Data = moons
                          Model = model (gaussianRbm 12)
                          Loss = cd 1
                          Training = adam 0.02 |> epochs 20 |> batch 100 }

              Expect.isGreaterThan result.Test["logLikelihood"] result.Test["independentLogLikelihood"] "likelihood"
          }

          test "large machines are annealed, with an error and a bound from the other side" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { spins with
                          Name = "annealed"
                          Data = ising 5 2.5 |> take 1000
                          Model = model (rbm 21)
                          Training = sgd 0.05 |> epochs 2 |> batch 100 }

              let written = figure result "boltzmann.json"
              Expect.equal ((written.GetProperty "logZ").GetProperty("method").GetString()) "AIS" "method"
              Expect.isGreaterThan result.Test["logZError"] 0.0 "error"
              let forward, reverse = number [ "logZ"; "value" ] written, number [ "logZ"; "reverse" ] written
              Expect.isLessThan (abs (forward - reverse)) 0.5 "both ways agree on an easy machine"
              Expect.isGreaterThan ((written.GetProperty "trajectory").GetArrayLength()) 20 "trajectory"
          }

          test "a classification machine tells classes and has a density of its data" {
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
              Expect.equal (number [ "visible" ] first, number [ "of" ] first) (9.0, 2.0) "its first machine is measured"
              let before = tensors (bytes (scene.Run network) "model.safetensors")

              let moved =
                  before
                  |> Map.filter (fun name _ -> name.EndsWith("weight", StringComparison.Ordinal))
                  |> Map.forall (fun name (value: byte[]) ->
                      tensors (bytes tuned "model.safetensors")
                      |> Map.toList
                      |> List.exists (fun (key, other) -> key.EndsWith("." + name, StringComparison.Ordinal) && other <> value))

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
