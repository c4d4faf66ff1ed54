/// Runs of Boltzmann machines and energy classifiers.
module GenDisc.Dsl.Tests.Running.MachineRunTests

open System
open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Spins
open GenDisc.Dsl.Tests.Running.Scene

let private drawn (result: RunResult) =
    for name in [ "chains.png"; "samples.png"; "filters.png" ] do
        Expect.isTrue (File.Exists(Path.Combine(result.Folder, "figures", name))) name

let tests =
    testList
        "Run of machines"
        [ test "a small machine's likelihood is exact, and better than that of independent units" {
              use scene = new Scene()
              let result = scene.Run spins

              let likelihood, units =
                  result.Test["logLikelihood"], result.Test["independentLogLikelihood"]

              Expect.isGreaterThan likelihood (units + 0.5) "learned"
              Expect.equal result.Test["logZError"] 0.0 "by enumeration"
              // p(v) = exp(−F) / Z
              Expect.floatClose
                  Accuracy.medium
                  likelihood
                  (-result.Test["freeEnergy"] - result.Test["logZ"])
                  "free energy"

              Expect.isEmpty (warnings scene) "warnings"
              let written = figure result "boltzmann.json"
              Expect.equal ((written.GetProperty "logZ").GetProperty("method").GetString()) "enumeration" "method"
              Expect.floatClose Accuracy.high (number [ "logLikelihood"; "test" ] written) likelihood "in the file"
              drawn result
          }

          test "nine spins, 2⁹ states: F = U − TS to 1e-6 at every temperature in the file" {
              use scene = new Scene()

              let points =
                  (figure (scene.Run spins) "boltzmann.json").GetProperty "thermodynamics"

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
                  (fun text ->
                      text.StartsWith("THE MACHINE IS WORSE THAN INDEPENDENT PIXELS", StringComparison.Ordinal))
                  "the warning"

              let report = File.ReadAllText(Path.Combine(result.Folder, "report.html"))
              Expect.stringContains report "worse than independent" "the report"
              Expect.isFalse (report.Contains "THE MACHINE IS WORSE") "which says it once, in its own banner"
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

              let forward, reverse =
                  number [ "logZ"; "value" ] written, number [ "logZ"; "reverse" ] written

              Expect.isLessThan (abs (forward - reverse)) 0.5 "both ways agree on an easy machine"
              Expect.isGreaterThan ((written.GetProperty "trajectory").GetArrayLength()) 20 "trajectory"
          } ]
