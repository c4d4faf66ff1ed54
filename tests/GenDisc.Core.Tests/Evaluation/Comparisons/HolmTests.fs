module GenDisc.Core.Tests.Evaluation.Comparisons.HolmTests

open System
open Expecto
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private same (expected: float list) (actual: float array) what =
    Expect.equal actual.Length expected.Length what

    for e, a in Seq.zip expected actual do
        Expect.isTrue ((Double.IsNaN e && Double.IsNaN a) || abs (e - a) < 1e-15) $"{what}: {a}, not {e}"

let tests =
    testList
        "Holm"
        [ testCase "R: p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm')" (fun () ->
              same [ 0.03; 0.06; 0.06; 0.02 ] (Holm.Adjust [| 0.01; 0.04; 0.03; 0.005 |]) "adjusted")
          testCase "what was not tested is not of the family" (fun () ->
              same [ 0.03; nan; 0.04 ] (Holm.Adjust [| 0.015; nan; 0.04 |]) "two tests"
              same [ nan ] (Holm.Adjust [| nan |]) "none"
              same [] (Holm.Adjust [||]) "nothing")
          testCase "one test needs no correction, and none goes above 1" (fun () ->
              same [ 0.04 ] (Holm.Adjust [| 0.04 |]) "alone"
              same [ 1.0; 1.0; 0.0 ] (Holm.Adjust [| 0.7; 1.0; 0.0 |]) "at most 1")
          testCase "what is no chance is refused" (fun () ->
              for p in [ -0.1; 1.1; infinity ] do
                  Expect.throwsT<ArgumentOutOfRangeException> (fun () -> Holm.Adjust [| 0.5; p |] |> ignore) $"{p}")
          law "between the value itself and Bonferroni's, and in its order" (fun stream ->
              let p = uniforms stream (between 1 12 stream)
              let adjusted = Holm.Adjust p
              let sorted = Array.zip p adjusted |> Array.sortBy fst |> Array.map snd

              Array.forall2 (fun p a -> p <= a && a <= min 1.0 (float adjusted.Length * p) + 1e-15) p adjusted
              && sorted = Array.sort adjusted)
          law "what it finds is what stepping down finds" (fun stream ->
              let p = uniforms stream (between 1 8 stream) |> Array.map (fun u -> u * u * u * u)
              let m = p.Length
              // reject in rising order while p₍ᵢ₎ < 0.05/(m − i)
              let steps =
                  Array.sort p
                  |> Array.indexed
                  |> Array.takeWhile (fun (i, p) -> p * float (m - i) < 0.05)

              (Holm.Adjust p |> Array.filter (fun a -> a < 0.05)).Length = steps.Length) ]
