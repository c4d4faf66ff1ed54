module GenDisc.Core.Tests.Evaluation.RegressionScoresTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private truth =
    [| [| 1.0; 10.0 |]; [| 2.0; 20.0 |]; [| 4.0; 15.0 |]; [| 5.0; 35.0 |] |]

let private predicted =
    [| [| 1.5; 12.0 |]; [| 2.0; 18.0 |]; [| 3.0; 15.0 |]; [| 5.0; 30.0 |] |]

/// n examples of d targets around different levels, and predictions that are near.
let private drawn n d (stream: RandomStream) =
    let truth =
        Array.init n (fun _ -> Array.init d (fun k -> 100.0 * float k + stream.NextGaussian()))

    truth, truth |> Array.map (Array.map (fun y -> y + 0.5 * stream.NextGaussian()))

let tests =
    testList
        "RegressionScores"
        [ testCase "scores of two targets by hand" (fun () ->
              // Squares 0.25 + 0 + 1 + 0 and 4 + 4 + 0 + 25 around spreads of 10 and 350.
              let s = RegressionScores.Of(truth, predicted)
              Expect.isTrue (close 1e-12 (34.25 / 8.0) s.Mse) "mse"
              Expect.isTrue (close 1e-12 (sqrt (34.25 / 8.0)) s.Rmse) "rmse"
              Expect.isTrue (close 1e-12 (10.5 / 8.0) s.Mae) "mae"
              Expect.isTrue (close 1e-12 (1.0 - 34.25 / 360.0) s.R2) "r2 around each target's own mean"
              Expect.isTrue (allClose 1e-12 [| 1.25 / 4.0; 33.0 / 4.0 |] s.MseByTarget) "mse by target"
              Expect.isTrue (allClose 1e-12 [| sqrt 0.3125; sqrt 8.25 |] s.RmseByTarget) "rmse by target"
              Expect.isTrue (allClose 1e-12 [| 0.375; 2.25 |] s.MaeByTarget) "mae by target"
              Expect.isTrue (allClose 1e-12 [| 1.0 - 0.125; 1.0 - 33.0 / 350.0 |] s.R2ByTarget) "r2 by target"
              Expect.equal (s.Figures().Keys |> Seq.sort |> List.ofSeq) [ "mae"; "mse"; "r2"; "rmse" ] "names")
          law "R² is at most 1, and only perfect predictions reach it" (fun stream ->
              let truth, predicted = drawn (between 2 30 stream) (between 1 4 stream) stream
              let r2 p = RegressionScores.Of(truth, p).R2
              r2 predicted < 1.0 && r2 truth = 1.0)
          law "the means of the targets have R² 0" (fun stream ->
              let truth, _ = drawn (between 2 30 stream) (between 1 4 stream) stream
              let means = truth |> Array.transpose |> Array.map Array.average
              abs (RegressionScores.Of(truth, Array.create truth.Length means).R2) < 1e-9)
          testCase "intervals are those of examples drawn one by one" (fun () ->
              let truth, predicted = drawn 50 7 (RandomStream(3L, "cases"))

              let fast =
                  RegressionScores.Intervals(truth, predicted, RandomStream(5L, "draws"), 60)

              let slow =
                  oneByOne
                      50
                      (fun drawn ->
                          RegressionScores
                              .Of(Array.map (Array.get truth) drawn, Array.map (Array.get predicted) drawn)
                              .Figures())
                      (RandomStream(5L, "draws"))
                      60

              Expect.equal (Seq.sort fast.Keys |> List.ofSeq) [ "mae"; "mse"; "r2"; "rmse" ] "names"

              for KeyValue(name, interval) in slow do
                  Expect.isTrue (close 1e-10 interval.Low fast[name].Low) $"{name} low"
                  Expect.isTrue (close 1e-10 interval.High fast[name].High) $"{name} high")
          testCase "errors that come in runs have wider intervals in blocks" (fun () ->
              // Errors of 1 for 20 steps, then of 0 for 20, and so on.
              let truth = Array.init 400 (fun t -> [| float (t % 7) |])
              let predicted = truth |> Array.mapi (fun t y -> [| y[0] + float (t / 20 % 2) |])

              let width block =
                  let i =
                      RegressionScores.Intervals(truth, predicted, RandomStream(1L, "d"), 300, 0.95, block)

                  i["mae"].High - i["mae"].Low

              Expect.isGreaterThan (width 20) (2.0 * width 1) "runs of 20 are no 20 witnesses")
          testCase "shapes that differ are refused" (fun () ->
              let refused truth predicted =
                  Expect.throwsT<ArgumentException>
                      (fun () -> RegressionScores.Of(truth, predicted) |> ignore)
                      "refused"

              refused [||] [||]
              refused [| [| 1.0 |] |] [||]
              refused [| [| 1.0 |] |] [| [| 1.0; 2.0 |] |]
              refused [| [||] |] [| [||] |])
          testCase "targets that never vary have no R²" (fun () ->
              Expect.isTrue (Double.IsNaN(RegressionScores.Of([| [| 2.0 |] |], [| [| 1.0 |] |]).R2)) "undefined") ]
