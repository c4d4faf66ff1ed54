module GenDisc.Core.Tests.Evaluation.Comparisons.PairedBootstrapTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private stream () = RandomStream(1L, "draws")

let private ofDifferences (values: float array) =
    PairedBootstrap.OfSeeds(values, Array.zeroCreate values.Length, stream ())

let tests =
    testList
        "Paired bootstrap"
        [ testCase "all resamples of two seeds" (fun () ->
              // means 0, ½, ½ and 1: 0.025 of the way through three gaps is 0.075 of the first
              let interval = ofDifferences [| 0.0; 1.0 |]
              Expect.isTrue (close 1e-12 0.0375 interval.Low && close 1e-12 0.9625 interval.High) $"{interval}")
          testCase "up to six seeds nothing is drawn" (fun () ->
              let untouched = stream ()
              let values = gaussians (RandomStream(2L, "values")) 6
              PairedBootstrap.OfSeeds(values, Array.zeroCreate 6, untouched) |> ignore
              Expect.equal (untouched.NextUInt64()) ((stream ()).NextUInt64()) "the stream is where it was")
          testCase "of 40 seeds about ± 1.96 standard errors" (fun () ->
              let values = gaussians (RandomStream(3L, "values")) 40
              let mean, error = meanAndError values
              let interval = ofDifferences values
              Expect.isLessThan (abs (interval.Low - (mean - 1.96 * error))) (0.1 * error) "low"
              Expect.isLessThan (abs (interval.High - (mean + 1.96 * error))) (0.1 * error) "high")
          testCase "identical figures, one seed, other numbers of seeds" (fun () ->
              Expect.equal (ofDifferences (Array.zeroCreate 5)) (Interval(0.0, 0.0)) "no difference"
              Expect.isTrue (Double.IsNaN (ofDifferences [| 1.0 |]).Low) "one seed"
              Expect.isTrue (Double.IsNaN (ofDifferences [| 1.0; nan |]).Low) "a figure is missing"

              Expect.throwsT<ArgumentException>
                  (fun () -> PairedBootstrap.OfSeeds([| 1.0 |], [||], stream ()) |> ignore)
                  "no pairs")
          law "it lies between the least and the greatest difference and holds their mean" (fun stream ->
              let values = gaussians stream (between 2 9 stream)
              let interval = ofDifferences values
              let mean = Array.average values

              Array.min values <= interval.Low
              && interval.Low <= mean
              && mean <= interval.High
              && interval.High <= Array.max values)
          testCase "over test examples: the normal approximation" (fun () ->
              // 60 and 40 of 1,000 discordant: variance of the mean (0.1 − 0.02²)/1000
              let row = Array.init 1000 (fun i -> i < 900)
              let baseline = Array.init 1000 (fun i -> i >= 60 && i < 940)
              let interval = PairedBootstrap.OfExamples(row, baseline, stream ())
              let error = sqrt ((0.1 - 0.0004) / 1000.0)
              Expect.isLessThan (abs (interval.Low - (0.02 - 1.96 * error))) 0.0025 "low"
              Expect.isLessThan (abs (interval.High - (0.02 + 1.96 * error))) 0.0025 "high")
          testCase "over test examples: the same answers, none at all, other numbers" (fun () ->
              let right = Array.init 50 (fun i -> i % 3 > 0)

              Expect.equal
                  (PairedBootstrap.OfExamples(right, right, stream ()))
                  (Interval(0.0, 0.0))
                  "the same answers"

              Expect.isTrue (Double.IsNaN (PairedBootstrap.OfExamples([||], [||], stream ())).Low) "no examples"

              Expect.throwsT<ArgumentException>
                  (fun () -> PairedBootstrap.OfExamples(right, [| true |], stream ()) |> ignore)
                  "not the same examples") ]
