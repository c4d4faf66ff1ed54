module GenDisc.Core.Tests.Evaluation.SeedsTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let tests =
    testList
        "Seeds"
        [ testCase "Student's quantiles are those of the tables" (fun () ->
              for freedom, expected in
                  [ 1, 12.706205
                    2, 4.302653
                    3, 3.182446
                    4, 2.776445
                    7, 2.364624
                    10, 2.228139
                    30, 2.042272
                    120, 1.979930 ] do
                  let t = StudentT.TwoSidedQuantile(0.95, freedom)
                  Expect.isLessThan (abs (t - expected)) 1e-6 $"{freedom}: {t}"

              Expect.isLessThan (abs (StudentT.TwoSidedQuantile(0.99, 5) - 4.032143)) 1e-6 "99 %")
          testCase "mean, deviation and interval by hand" (fun () ->
              // Squares 1 + 0 + 1, over 2; half-width 4.302653 · 1/√3.
              let s = Seeds.Summary [| 3.0; 4.0; 5.0 |]
              Expect.equal (s.Count, s.Mean, s.Deviation) (3, 4.0, 1.0) "moments"
              Expect.isLessThan (abs (s.Interval.High - 4.0 - 4.302653 / sqrt 3.0)) 1e-6 "high"
              Expect.isTrue (close 1e-12 8.0 (s.Interval.Low + s.Interval.High)) "symmetric")
          testCase "one repetition has a mean and no interval" (fun () ->
              let s = Seeds.Summary [| 3.0 |]
              Expect.isTrue (s.Mean = 3.0 && Double.IsNaN s.Deviation && Double.IsNaN s.Interval.Low) "no spread"
              Expect.throwsT<ArgumentOutOfRangeException> (fun () -> Seeds.Summary [||] |> ignore) "none")
          law "shift and scale carry over" (fun stream ->
              let values = gaussians stream (between 2 20 stream)

              let a, b =
                  Seeds.Summary values, Seeds.Summary(values |> Array.map (fun v -> 3.0 + 2.0 * v))

              close 1e-9 (3.0 + 2.0 * a.Interval.Low) b.Interval.Low
              && close 1e-9 (2.0 * a.Deviation) b.Deviation
              && a.Interval.Low <= a.Mean) ]
