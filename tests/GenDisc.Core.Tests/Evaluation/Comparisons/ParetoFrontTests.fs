module GenDisc.Core.Tests.Evaluation.Comparisons.ParetoFrontTests

open System
open Expecto
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private front higher points =
    ParetoFront.Of(points |> List.map Array.ofList |> Array.ofList, Array.ofList higher)
    |> List.ofArray

let tests =
    testList
        "Pareto front"
        [ testCase "accuracy up, calibration error down" (fun () ->
              Expect.equal
                  (front
                      [ true; false ]
                      [ [ 0.97; 0.02 ]
                        [ 0.95; 0.01 ]
                        [ 0.95; 0.03 ]
                        [ 0.97; 0.03 ]
                        [ 0.90; 0.01 ] ])
                  [ true; true; false; false; false ]
                  "two are left")
          testCase "equal points are on the front together" (fun () ->
              Expect.equal (front [ true ] [ [ 1.0 ]; [ 1.0 ]; [ 0.0 ] ]) [ true; true; false ] "equal")
          testCase "what has no figure is beaten by any that has" (fun () ->
              Expect.equal
                  (front [ true; false ] [ [ 0.5; nan ]; [ 0.5; 9.0 ]; [ 0.6; nan ] ])
                  [ false; true; true ]
                  "the third has the best accuracy"

              Expect.equal (front [ true ] [ [ nan ]; [ nan ] ]) [ true; true ] "none has any")
          testCase "one alone, and none" (fun () ->
              Expect.equal (front [ false ] [ [ 3.0 ] ]) [ true ] "one"
              Expect.equal (front [ false ] []) [] "none"

              Expect.throwsT<ArgumentException>
                  (fun () -> front [ true; true ] [ [ 1.0 ] ] |> ignore)
                  "a figure too few")
          law "some point is left, and what is not is beaten by one that is" (fun stream ->
              let higher = [| true; false; true |]

              let points =
                  Array.init (between 1 20 stream) (fun _ -> Array.init 3 (fun _ -> float (stream.NextInt 5)))

              let left = ParetoFront.Of(points, higher)
              let height (p: float array) = [| p[0]; -p[1]; p[2] |]

              let beats a b =
                  let a, b = height a, height b
                  a <> b && Array.forall2 (>=) a b

              let kept = Array.zip points left |> Array.filter snd |> Array.map fst

              kept.Length > 0
              && Array.zip points left
                 |> Array.forall (fun (p, on) -> on <> Array.exists (fun other -> beats other p) kept)) ]
