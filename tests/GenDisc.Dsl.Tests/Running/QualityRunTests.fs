/// How good samples are, in real runs of every kind of model that draws.
module GenDisc.Dsl.Tests.Running.QualityRunTests

open System
open System.IO
open System.Threading
open Expecto
open GenDisc
open GenDisc.Core.Runtime
open GenDisc.Dsl.Tests.Running.AugmentedRunTests
open GenDisc.Dsl.Tests.Running.Scene

let private by =
    { plain with
        Name = "by"
        Training = plain.Training |> epochs 3 }

let private drawn name c loss =
    { plain with
        Name = name
        Data = some |> qualityBy by
        Model = model c
        Loss = loss
        Training = adam 1e-3 |> epochs 1 |> batch 16 }

let private few = cosineNoise 12 >> sampledWith (ddim 3)

let private told =
    [ "frechet"
      "mmd"
      "mmdP"
      "precision"
      "recall"
      "density"
      "coverage"
      "confidence" ]

/// Each kind, and whether it is asked for a class.
let private kinds =
    [ drawn "vae" (dense 8 >> relu >> vae 3) elbo, false
      drawn "cvae" (dense 8 >> relu >> cvae 3) elbo, true
      drawn "rbm" (rbm 6) (cd 1), false
      drawn "classRbm" (classRbm 6) (crossEntropy + 0.1 * cd 1), true
      drawn "diffusion" (diffusion (unet 8 |> few)) denoising, false
      drawn "conditional" (diffusion (unet 8 |> conditional |> few)) denoising, true ]

let private has (e: Text.Json.JsonElement) (name: string) = fst (e.TryGetProperty name)

let tests =
    testList
        "Run with a judge"
        [ test "every kind is judged by one judge, and those asked for a class also by it" {
              use scene = scenery ()
              let judged = scene.Run by

              for e, conditional in kinds do
                  let result = scene.Run e
                  let figures = result.Test.Values

                  for name in told do
                      Expect.isTrue (Double.IsFinite figures[name]) $"{e.Name}: {name}"

                  for name in [ "recognised"; "tstrAccuracy" ] do
                      Expect.equal (figures.ContainsKey name) conditional $"{e.Name}: {name}"

                  let file = json result "figures/quality.json"
                  Expect.equal ((file.GetProperty "run").GetString()) judged.Id $"{e.Name}: the judge's run"
                  Expect.isTrue (File.Exists(Path.Combine(result.Folder, "figures/neighbours.png"))) "neighbours"
                  Expect.equal (has file "trtr") conditional $"{e.Name}: real examples"
                  let diffuses = e.Name = "diffusion" || e.Name = "conditional"
                  Expect.equal (has file "steps") diffuses $"{e.Name}: steps"
                  Expect.equal (has file "guidance") (e.Name = "conditional") $"{e.Name}: guidance"

              Expect.isTrue (scene.Run by).Reused "the judge was not trained again"
          }

          test "the same seed gives the same bits" {
              use scene = scenery ()
              let e = kinds |> List.last |> fst
              let first = scene.Run e

              let before =
                  bytes first "figures/quality.json", bytes first "figures/neighbours.png"

              let again = scene.RunFresh e
              Expect.equal (bytes again "figures/quality.json", bytes again "figures/neighbours.png") before "bits"
          }

          test "vectors are compared number by number, images without a judge are not" {
              use scene = scenery ()
              let vectors = scene.Run toy
              Expect.isTrue (Double.IsFinite vectors.Test["frechet"]) "vectors"
              Expect.equal (((json vectors "figures/quality.json").GetProperty "judge").GetString()) "" "no judge"

              let images =
                  scene.Run
                      { drawn "images" (dense 8 >> vae 3) elbo with
                          Data = some }

              Expect.isFalse (images.Test.Values.ContainsKey "frechet") "images"
          }

          test "where examples were added to training, tstrAccuracy is of these" {
              use scene = scenery ()

              let e =
                  { drawn "both" (dense 8 >> relu >> cvae 3) elbo with
                      Data = some |> augment joint 12 |> qualityBy by }

              let result = scene.Run e
              Expect.isTrue (result.Test.Values.ContainsKey "recognised") "judged"
              Expect.isTrue (has (json result "figures/quality.json") "tstr") "in the file"
              Expect.isFalse (result.Test.Values.ContainsKey "tstrAccuracy") "no classifier learns from the added ones"
          }

          test "cancelled while samples are drawn, a run stays behind, interrupted" {
              use scene = scenery ()
              scene.Run by |> ignore

              scene.OnEvent <-
                  function
                  | RunEvent.Working(what, _) when what.StartsWith("drawing samples", StringComparison.Ordinal) ->
                      scene.Cancel()
                  | _ -> ()

              let e = drawn "stopped" (diffusion (unet 8 |> few)) denoising
              let stopped = Expect.throwsC (fun () -> scene.Run e |> ignore) id
              Expect.isTrue (stopped :? RunInterrupted) $"{stopped}"

              let folder =
                  Directory.GetDirectories scene.Runs
                  |> Array.filter (fun f ->
                      (string (Path.GetFileName f)).StartsWith("stopped", StringComparison.Ordinal))
                  |> Array.exactlyOne

              Expect.isTrue (File.Exists(Path.Combine(folder, "report.html"))) "report"
              Expect.isFalse (File.Exists(Path.Combine(folder, "figures/quality.json"))) "no quality"
          } ]
