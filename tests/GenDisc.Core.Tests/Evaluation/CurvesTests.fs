module GenDisc.Core.Tests.Evaluation.CurvesTests

open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private scores = [| 0.9; 0.8; 0.8; 0.4; 0.3; 0.3; 0.2 |]
let private positives = [| true; true; false; true; false; true; false |]
let private points (curve: CurvePoint array) = [ for p in curve -> p.X, p.Y ]

/// Scores of n examples, higher for positives.
let private drawn n stream =
    let positives = Array.init n (fun i -> i % 3 = 0)

    positives
    |> Array.map (fun p -> gaussians stream 1 |> Array.head |> (+) (if p then 2.0 else 0.0)),
    positives

/// Under straight lines between points.
let private area (curve: CurvePoint array) =
    Array.pairwise curve
    |> Array.sumBy (fun (a, b) -> (b.X - a.X) * (a.Y + b.Y) / 2.0)

let tests =
    testList
        "Curves"
        [ testCase "ROC by hand: tied examples pass the threshold together" (fun () ->
              Expect.equal
                  (points (Curves.Roc(scores, positives)))
                  [ 0.0, 0.0
                    0.0, 0.25
                    1.0 / 3.0, 0.5
                    1.0 / 3.0, 0.75
                    2.0 / 3.0, 1.0
                    1.0, 1.0 ]
                  "shares")
          testCase "precision against recall by hand" (fun () ->
              Expect.equal
                  (points (Curves.PrecisionRecall(scores, positives)))
                  [ 0.0, 1.0
                    0.25, 1.0
                    0.5, 2.0 / 3.0
                    0.75, 0.75
                    1.0, 4.0 / 6.0
                    1.0, 4.0 / 7.0 ]
                  "shares")
          law "no more than 200 points, rising, and the area stays" (fun stream ->
              let scores, positives = drawn 3000 stream
              let curve = Curves.Roc(scores, positives)

              let side f =
                  Array.zip scores positives |> Array.filter (snd >> f) |> Array.map fst

              let exact = OutOfDistribution.Auroc(side id, side not)

              curve.Length <= 200
              && curve.Length > 100
              && Array.pairwise curve |> Array.forall (fun (a, b) -> a.X <= b.X && a.Y <= b.Y)
              && points curve |> List.head = (0.0, 0.0)
              && points curve |> List.last = (1.0, 1.0)
              && abs (area curve - exact) < 0.005)
          law "recall rises to 1 in no more than 200 points" (fun stream ->
              let curve = Curves.PrecisionRecall(drawn 3000 stream)

              curve.Length <= 200
              && Array.pairwise curve |> Array.forall (fun (a, b) -> a.X <= b.X)
              && curve[curve.Length - 1] = CurvePoint(1.0, 1.0 / 3.0))
          testCase "without both kinds there is no ROC, without positives no precision" (fun () ->
              Expect.isEmpty (Curves.Roc([| 1.0; 2.0 |], [| true; true |])) "no negatives"
              Expect.isEmpty (Curves.Roc([| 1.0; 2.0 |], [| false; false |])) "no positives"
              Expect.isEmpty (Curves.PrecisionRecall([| 1.0; 2.0 |], [| false; false |])) "no positives"
              Expect.isEmpty (Curves.PrecisionRecall([||], [||])) "nothing") ]
