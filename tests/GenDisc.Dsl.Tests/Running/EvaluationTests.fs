/// The files that a run leaves about its evaluation: the report reads them, and they agree with the run's figures.
module GenDisc.Dsl.Tests.Running.EvaluationTests

open System
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

let private close what expected actual =
    Expect.isLessThan (abs (expected - actual)) (1e-6 * max 1.0 (abs expected)) $"{what}: {expected}, {actual}"

let private strange =
    { toy with
        Data = moons |> take 256 |> against circles }

let private inUnit what (x: float option) =
    let x = some what x
    Expect.isTrue (x >= 0.0 && x <= 1.0) $"{what}: {x}"

/// Area under a curve by trapezoids.
let private area (points: (float * float)[]) =
    points
    |> Array.pairwise
    |> Array.sumBy (fun ((x0, y0), (x1, y1)) -> (x1 - x0) * (y0 + y1) / 2.0)

let private meanOf (f: float -> float -> float) (truth: float[]) predicted =
    Array.map2 f truth predicted |> Array.average

let tests =
    testList
        "Evaluation"
        [ test "a classifier's file agrees with its figures" {
              use scene = new Scene()
              let result = scene.Run toy
              let run = readable result
              let file = some "evaluation" run.Evaluation
              let figures = result.Test

              Expect.equal file.Resamples (Some 1000L) "resamples"
              Expect.isTrue (Map.containsKey "accuracy" file.Intervals) "accuracy has an interval"

              for KeyValue(name, (low, high)) in file.Intervals do
                  if figures.Values.ContainsKey name then
                      Expect.isTrue (low <= figures[name] && figures[name] <= high) $"{name} lies in its interval"

              let confusion = (some "result" run.Result).Confusion
              let total = confusion |> Array.sumBy Array.sum
              let right = Seq.sum [ for i in 0 .. confusion.Length - 1 -> confusion[i][i] ]
              Expect.equal total 1000L "every test example"
              close "accuracy" figures.Accuracy (float right / float total)

              let reliability = some "reliability" file.Reliability

              let ece (bins: GenDisc.Reporting.Bin list) =
                  bins
                  |> List.sumBy (fun b -> float b.Count / float total * abs (b.Confidence - b.Accuracy))

              close "ece" figures["ece"] (some "ece" reliability.EceBefore)
              close "ece of the bins" figures["ece"] (ece reliability.Before)
              close "ece after scaling" figures["eceAfterScaling"] (ece reliability.After)
              close "cross-entropy" figures.CrossEntropy (some "log loss" reliability.LogLossBefore)
              close "temperature" figures["temperature"] (some "temperature" reliability.Temperature)
              Expect.equal reliability.FittedOn (Some "validation") "fitted on"
              Expect.equal reliability.FittedCount (Some 400L) "a tenth of 4,000"

              match file.Roc, file.ClassAreas with
              | [ curve ], [ _; Some roc, Some _ ] ->
                  Expect.equal curve.Class 1 "of two classes one says all"
                  Expect.isLessThan (abs (area curve.Points - roc)) 1e-4 "area under the curve"
              | roc, areas -> failtest $"{roc.Length} curves, {areas}"

              Expect.isNonEmpty file.Mistakes "mistakes"
              Expect.all file.Mistakes (fun m -> m.Truth <> m.Predicted) "they are"

              let features = some "features" run.Features
              Expect.equal features.Dimension (Some 2) "of the last representation"
              Expect.equal features.Pca.Length 800 "points"
              Expect.isEmpty features.Tsne "two dimensions need no t-SNE"
          }

          test "without validation, or with fewer than 50 examples of it, there is no temperature" {
              use scene = new Scene()

              let validated share =
                  scene.Run
                      { toy with
                          Data = moons |> take 256 |> validation share }

              for result in [ validated 0.0; validated 0.012 ] do
                  let reliability =
                      some "evaluation" (readable result).Evaluation
                      |> _.Reliability
                      |> some "reliability"

                  Expect.isNone reliability.Temperature "temperature"
                  Expect.isEmpty reliability.After "bins"
                  Expect.isNone reliability.FittedCount "fitted on none"

                  for name in [ "temperature"; "eceAfterScaling" ] do
                      Expect.isFalse (result.Test.Values.ContainsKey name) name

                  Expect.isTrue (result.Test.Values.ContainsKey "ece") "the rest is there"

              Expect.isTrue ((validated 0.0125).Test.Values.ContainsKey "temperature") "50 are enough"
          }

          test "the temperature is fitted on validation examples alone" {
              use scene = new Scene()
              // other test data of the same size: the same training and validation sets
              let validated share =
                  scene.Run
                      { toy with
                          Data = moons |> take 256 |> validation share }

              let a, b = validated 0.1, validated 0.2
              Expect.notEqual a.Test["temperature"] b.Test["temperature"] "other validation examples, other temperature"

              let again = scene.Run { strange with Name = "again" }
              Expect.equal again.Test["temperature"] a.Test["temperature"] "the same ones, the same temperature"
          }

          test "moons against circles" {
              use scene = new Scene()
              let result = scene.Run strange
              let file = some "outside" (readable result).Outside
              Expect.equal file.Against "circles" "against"
              Expect.equal (file.Inside, file.Outside) (Some 1000L, Some 1000L) "examples"
              Expect.equal (file.Scores |> List.map _.Name) [ "maxSoftmax"; "energy" ] "scores"

              for score in file.Scores do
                  inUnit "auroc" score.Auroc
                  inUnit "fpr95" score.Fpr95
                  Expect.isTrue (some "low" score.Low <= some "high" score.High) "interval"
                  Expect.equal score.Edges.Length 41 "edges"
                  Expect.equal (Array.sum score.InsideCounts, Array.sum score.OutsideCounts) (1000.0, 1000.0) "counts"

              close "auroc" result.Test["oodAuroc"] (some "auroc" file.Scores[0].Auroc)
              close "auroc of energy" result.Test["oodAurocEnergy"] (some "auroc" file.Scores[1].Auroc)
          }

          test "strange sequences are scaled as the others are" {
              use scene = new Scene()
              waves scene "Waves" 64.0

              let result =
                  scene.Run
                      { toy with
                          Data = timeSeries "Waves" |> against (timeSeries "Waves")
                          Model = model (gru 4 >> classifier [])
                          Loss = crossEntropy }

              Expect.equal result.Test["oodAuroc"] 0.5 "data are not strange to themselves"
              Expect.equal result.Test["oodAurocEnergy"] 0.5 "by no score"
          }

          test "a regression's files agree with its figures" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { toy with
                          Data = friedman |> take 200
                          Model = model (dense 16 >> relu >> regressor [])
                          Loss = mse }

              let run = readable result
              let pairs = some "predictions" run.Predictions
              let file = some "regression" run.Regression
              let own = some "model" file.Model
              Expect.equal pairs.Truth.Length 1000 "every test example"
              let mse = meanOf (fun y p -> (y - p) ** 2.0) pairs.Truth pairs.Prediction
              let mean = Array.average pairs.Truth
              let variance = pairs.Truth |> Array.averageBy (fun y -> (y - mean) ** 2.0)
              close "mse" result.Test.Mse mse
              close "rmse" result.Test["rmse"] (sqrt mse)
              close "mae" result.Test["mae"] (meanOf (fun y p -> abs (y - p)) pairs.Truth pairs.Prediction)
              close "r2" result.Test["r2"] (1.0 - mse / variance)
              close "rmse in the file" result.Test["rmse"] (some "rmse" own.Rmse)
              Expect.isNone own.Mase "no series"
              Expect.isEmpty file.Baselines "nor a naive forecast"
              Expect.equal file.Fitted.Length 1000 "residuals"
              Expect.equal (Array.sum file.Counts) 1000.0 "in the histogram"
              Expect.isFalse file.Standardised "targets as they are"
              Expect.isEmpty file.Acf "rows have no order in time"
              Expect.isNone file.LjungBox "nor anything to test along it"
              Expect.equal file.Edges.Length (file.Counts.Length + 1) "edges"

              let features = some "features" run.Features
              Expect.equal features.Dimension (Some 16) "of the last representation"
              Expect.equal (features.Pca.Length, features.Tsne.Length) (800, 800) "points"
              Expect.equal features.Targets.Length 800 "each with its target"
          }

          test "a forecast's files agree with its figures" {
              use scene = new Scene()

              let result =
                  scene.Run
                      { toy with
                          Data = sines [ 1.0 ] |> points 300 |> noise 0.1 |> window 12 1 |> season 60
                          Model = model (rnn 6 >> regressor [])
                          Loss = mse }

              let run = readable result
              let shown = some "forecast" run.Forecast
              let track, before = shown.Series.Head, shown.Before.Head

              let rmse (truth: float[]) predicted =
                  sqrt (meanOf (fun y p -> (y - p) ** 2.0) truth predicted)

              Expect.equal track.Steps[0] 225.0 "the test segment is the last quarter"
              Expect.equal track.Truth.Length 75 "a window for each of its steps"
              Expect.isLessThan (abs (rmse track.Truth track.Prediction - result.Test["rmse"])) 1e-4 "rmse"

              let past = Array.append before.Truth track.Truth

              let ago n =
                  past[before.Truth.Length - n .. past.Length - n - 1]

              close "persistence" result.Test["persistenceRmse"] (rmse track.Truth (ago 1))
              close "seasonal naive" result.Test["seasonalNaiveRmse"] (rmse track.Truth (ago 60))

              let sine (step: float) = Math.Sin(step * 10.0 * Math.PI / 299.0)

              let noise = rmse track.Truth (track.Steps |> Array.map sine)
              Expect.isLessThan (abs (result.Test["noiseRmse"] - noise)) 1e-5 "noise alone"

              let file = some "regression" run.Regression
              Expect.equal (file.Baselines |> List.map _.Name) [ "persistence"; "seasonal naive (60)" ] "baselines"
              close "the limit in the file" result.Test["noiseRmse"] (some "rmse" (some "limit" file.Limit).Rmse)
              close "mase" result.Test["mase"] (some "mase" (some "model" file.Model).Mase)

              Expect.isTrue file.Standardised "a series is"
              let json = Text.Encoding.UTF8.GetString(bytes result "figures/regression.json")
              Expect.stringContains json "\"standardised\":true,\"deviations\":[0." "by a deviation a column"
              Expect.equal file.Acf.Length 18 "a quarter of the steps, and 20 at most"
              Expect.isSome file.LjungBox "and a test over them"

              // one scale for all: ratios of mase are ratios of mae
              for naive in file.Baselines do
                  close
                      naive.Name
                      (result.Test["mase"] / result.Test["mae"])
                      (some "mase" naive.Mase / some "mae" naive.Mae)

                  Expect.isSome naive.R2 "beside the model's own"

              let features = some "features" run.Features
              Expect.equal features.Dimension (Some 6) "one state, not those of all 12 steps"

              Expect.equal
                  (Array.sort features.Targets |> Array.map (fun y -> Math.Round(y, 3)))
                  (Array.sort track.Truth |> Array.map (fun y -> Math.Round(y, 3)))
                  "coloured by targets in their own units"

              Expect.equal shown.RolloutRmse.Length 37 "half of the windows are rolled out"
              let first = shown.Rollout.Head
              Expect.isLessThan (abs (first.Prediction[0] - track.Prediction[0])) 1e-4 "one step ahead"
          } ]
    |> testSequenced
