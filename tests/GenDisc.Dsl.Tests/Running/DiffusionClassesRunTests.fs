/// Diffusion models that tell classes apart, in real runs.
module GenDisc.Dsl.Tests.Running.DiffusionClassesRunTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Spins

/// Points far enough apart for a few epochs, with some that are hard to tell.
let private diffuses =
    { toy with
        Name = "diffuses"
        Data = blobs |> take 256
        Model = model (diffusion (mlp [ 32; 32 ] |> conditional |> cosineNoise 50 |> sampledWith (ddim 5) |> classifies 60))
        Loss = denoising
        Training = adam 5e-3 |> epochs 20 |> batch 32 }

let private judging =
    { diffuses with
        Name = "judging"
        Model = model (dense 16 >> relu >> classifier [])
        Loss = crossEntropy
        Training = adam 1e-2 |> epochs 3 |> batch 32 }

let private beside =
    { diffuses with
        Name = "beside"
        Data = diffuses.Data |> qualityBy judging }

let private classes (result: RunResult) = figure result "diffusion-classes.json"

let private written (result: RunResult) name =
    File.Exists(Path.Combine(result.Folder, "figures", name))

let private page (result: RunResult) =
    File.ReadAllText(Path.Combine(result.Folder, "report.html"))

let tests =
    testList
        "Run of a diffusion classifier"
        [ test "figures of a classifier, beside the judge, the same bits of the same seed" {
              use scene = new Scene()
              let result = scene.Run beside
              Expect.isGreaterThan result.Test.Accuracy 0.6 "far above a guess"
              Expect.isTrue (result.Test["ece"] >= 0.0 && result.Test["ece"] < 0.5) "calibrated"
              Expect.isGreaterThan result.Test["temperature"] 0.0 "fitted"
              Expect.isGreaterThan result.Test["judgeAccuracy"] 0.5 "judge"
              Expect.isGreaterThan result.Test["looksPerExample"] 1.0 "looks"
              Expect.isTrue (written result "evaluation.json" && written result "predictions.json") "files"
              Expect.equal (number [ "examples" ] (classes result)) 60.0 "so many as asked"
              Expect.equal (number [ "temperature" ] (classes result)) result.Test["temperature"] "one temperature"
              Expect.isFalse (result.Test.Values.ContainsKey "eceAfterScaling") "no second one"
              Expect.stringContains (page result) "The diffusion model beside the classifier" "report"

              let again = scene.RunFresh beside
              Expect.equal (figures again) (figures result) "the same bits"
          }

          test "without a validation part there are no probabilities, and the report says why" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { diffuses with
                          Data = diffuses.Data |> validation 0.0
                          Training = diffuses.Training |> epochs 2 }

              Expect.isTrue (Double.IsFinite result.Test.Accuracy) "accuracy"

              for name in [ "ece"; "logLoss"; "brier"; "temperature"; "judgeAccuracy" ] do
                  Expect.isFalse (result.Test.Values.ContainsKey name) name

              let text = page result
              Expect.stringContains text "no figures of calibration" "why"
              Expect.isFalse (text.Contains "figure-reliability") "no diagram"
          }

          test "latents are told apart, and have no bound" {
              use scene = new Scene()

              let coder =
                  { diffuses with
                      Name = "coder"
                      Model = model (dense 8 >> relu >> vae 2)
                      Loss = elbo
                      Training = adam 1e-2 |> epochs 2 |> batch 32 }

              let result =
                  scene.Run
                      { diffuses with
                          Name = "latents"
                          Model =
                              model (
                                  latentDiffusion
                                      coder
                                      (mlp [ 16 ] |> conditional |> cosineNoise 20 |> sampledWith (ddim 2) |> classifies 20)
                              )
                          Training = adam 1e-2 |> epochs 2 |> batch 32 }

              Expect.isTrue (Double.IsFinite result.Test.Accuracy) "accuracy"
              Expect.isFalse (result.Test.Values.ContainsKey "diffusionBound") "no bound"
              Expect.isFalse (written result "diffusion-bound.json") "no file"
          }

          test "a run that is stopped while it tells classes apart keeps what it has" {
              use scene = new Scene()

              scene.OnEvent <-
                  function
                  | RunEvent.Working(what, _) when what.Contains "apart" -> scene.Cancel()
                  | _ -> ()

              let stopped =
                  try
                      scene.Run diffuses |> ignore
                      failtest "it was stopped"
                  with :? RunInterrupted as e ->
                      e.Folder

              Expect.isTrue (File.Exists(Path.Combine(stopped, "report.html"))) "report"
              Expect.isFalse (File.Exists(Path.Combine(stopped, "figures", "diffusion-classes.json"))) "no half of it"
          }

          test "a study compares it with a classifier of the same test examples" {
              use scene = new Scene()

              let whole = { diffuses with Name = "whole" }

              let all =
                  { whole with
                      Name = "all"
                      Model = model (diffusion (mlp [ 32; 32 ] |> conditional |> cosineNoise 50 |> classifies 100000)) }

              let ask study =
                  Host.using scene.Options (fun () -> run (study: Study))

              // of other examples the difference cannot be tested
              let some = compare "Which tells better?" [ judging; whole ] |> ask
              Expect.isTrue (Double.IsNaN some["whole"].Contrast.Value.P) "not paired"
              let every = compare "Which of all?" [ judging; all ] |> ask
              Expect.isTrue (Double.IsFinite every["all"].Contrast.Value.P) "paired"
          } ]
