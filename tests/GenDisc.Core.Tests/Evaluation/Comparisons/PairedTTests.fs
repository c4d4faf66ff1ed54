module GenDisc.Core.Tests.Evaluation.Comparisons.PairedTTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

/// Of the same differences, whatever they are differences of.
let private ofDifferences (values: float array) =
    PairedT.Of(values, Array.zeroCreate values.Length)

let private relative (expected: float) (actual: float) what =
    Expect.isLessThan (abs (actual / expected - 1.0)) 1e-10 $"{what}: {actual}, not {expected}"

let tests =
    testList
        "Paired t"
        [ testCase "tails of Student's t in closed form" (fun () ->
              for t in [ 1e-3; 0.5; 1.0; 2.0; 12.7; 1e3; 1e6 ] do
                  relative (2.0 / Math.PI * Math.Atan(1.0 / t)) (StudentT.Beyond(t, 1)) $"Cauchy, {t}"
                  // 1 − t/√(t² + 2), without its cancellation
                  let root = sqrt (t * t + 2.0)
                  relative (2.0 / (root * (root + t))) (StudentT.Beyond(t, 2)) $"two degrees, {t}"

              // 1 − (3/2) s (1 − s²/3) with s = t/√(t² + 4) at t = 2: 1 − (5/4)/√2
              relative (1.0 - 1.25 / sqrt 2.0) (StudentT.Beyond(2.0, 4)) "four degrees")
          testCase "tails and quantiles undo each other" (fun () ->
              for freedom in [ 1; 2; 3; 4; 5; 9; 29; 30; 199; 1000 ] do
                  for level in [ 0.01; 0.5; 0.9; 0.95; 0.999 ] do
                      let t = StudentT.TwoSidedQuantile(level, freedom)
                      let beyond = StudentT.Beyond(t, freedom)
                      Expect.isLessThan (abs (beyond - (1.0 - level))) 1e-10 $"{freedom}, {level}: {beyond}"

              Expect.equal (StudentT.Beyond(0.0, 7), StudentT.Beyond(infinity, 7)) (1.0, 0.0) "ends"
              Expect.isTrue (Double.IsNaN(StudentT.Beyond(nan, 7))) "no t")
          testCase "the worked example: 1 to 5" (fun () ->
              // mean 3, deviation √2.5, t = 3√5/√2.5 = 3√2; R: t.test(1:5)$p.value 0.01323638
              let t = ofDifferences [| 1.0; 2.0; 3.0; 4.0; 5.0 |]
              Expect.equal (t.Count, t.Mean) (5, 3.0) "moments"
              relative (sqrt 2.5) t.Deviation "deviation"
              relative (3.0 * sqrt 2.0) t.Statistic "t"
              // 1 − (3/2) s (1 − s²/3) with s² = 18/22
              let s = sqrt (18.0 / 22.0)
              relative (1.0 - 1.5 * s * (1.0 - s * s / 3.0)) t.PValue "p"
              relative (3.0 / sqrt 2.5) t.Effect "d_z"
              Expect.isLessThan (abs (t.Interval.Low - 1.036757)) 1e-6 "low"
              Expect.isLessThan (abs (t.Interval.High - 4.963243)) 1e-6 "high")
          testCase "a t of 2.776445 with four degrees is at 5 %" (fun () ->
              Expect.isLessThan (abs (StudentT.Beyond(2.7764451051977987, 4) - 0.05)) 1e-12 "p")
          testCase "the effect without bias" (fun () ->
              // ν = 2: Γ(1)/(√1 Γ(½)) = 1/√π; ν = 4: Γ(2)/(√2 Γ(3/2)) = √(2/π)
              let three = ofDifferences [| 1.0; 2.0; 3.0 |]
              relative (2.0 / sqrt Math.PI) three.CorrectedEffect "three pairs"
              let five = ofDifferences [| 1.0; 2.0; 3.0; 4.0; 5.0 |]
              relative (five.Effect * sqrt (2.0 / Math.PI)) five.CorrectedEffect "five pairs"
              Expect.isTrue (Double.IsNaN (ofDifferences [| 1.0; 2.0 |]).CorrectedEffect) "two pairs")
          testCase "without two pairs there is no test" (fun () ->
              let one = PairedT.Of([| 3.0 |], [| 1.0 |])
              Expect.equal (one.Count, one.Mean) (1, 2.0) "the difference itself"

              for x in [ one.Deviation; one.PValue; one.Effect; one.Interval.Low; one.Interval.High ] do
                  Expect.isTrue (Double.IsNaN x) "no spread"

              Expect.isTrue (Double.IsNaN (PairedT.Of([||], [||])).Mean) "none at all"
              Expect.throwsT<ArgumentException> (fun () -> PairedT.Of([| 1.0 |], [||]) |> ignore) "no pairs"
              Expect.isTrue (Double.IsNaN (ofDifferences [| nan; 1.0; 1.0 |]).PValue) "a figure is missing")
          testCase "identical figures are no difference" (fun () ->
              let figures = [| 0.971; 0.968; 0.973 |]
              let t = PairedT.Of(figures, figures)
              Expect.equal (t.Mean, t.Deviation, t.PValue, t.Effect) (0.0, 0.0, 1.0, 0.0) "nothing"
              Expect.equal t.Interval (Interval(0.0, 0.0)) "interval")
          testCase "the same difference every time" (fun () ->
              // 0.3 − 0.2 and 0.2 − 0.1 differ in the last bit
              let t = PairedT.Of([| 0.3; 0.2; 0.9 |], [| 0.2; 0.1; 0.8 |])
              Expect.equal (t.Deviation, t.PValue, t.Statistic) (0.0, 0.0, infinity) "certain"
              Expect.isTrue (Double.IsNaN t.Effect) "nothing to measure it by"
              let back = PairedT.Of([| 0.2; 0.1; 0.8 |], [| 0.3; 0.2; 0.9 |])
              Expect.equal (back.Statistic, back.PValue) (-infinity, 0.0) "the other way")
          law "swapping the rows turns signs and keeps p; units do not matter" (fun stream ->
              let n = between 2 12 stream
              let a, b = gaussians stream n, gaussians stream n
              let there, back = PairedT.Of(a, b), PairedT.Of(b, a)
              let scaled = PairedT.Of(Array.map ((*) 100.0) a, Array.map ((*) 100.0) b)

              close 1e-12 there.Mean -back.Mean
              && close 1e-12 there.PValue back.PValue
              && close 1e-9 there.Effect -back.Effect
              && close 1e-9 there.PValue scaled.PValue
              && close 1e-9 (100.0 * there.Interval.Low) scaled.Interval.Low)
          law "the interval leaves 0 out exactly where p is below 5 %" (fun stream ->
              let n = between 2 12 stream
              let shift = stream.NextDouble() * 2.0
              let t = ofDifferences (gaussians stream n |> Array.map ((+) shift))
              let outside = t.Interval.Low > 0.0 || t.Interval.High < 0.0
              outside = (t.PValue < 0.05) || abs (t.PValue - 0.05) < 1e-9)
          testCase "a difference that can be detected is found in about 80 % of studies" (fun () ->
              let stream = RandomStream(5L, "power")

              for n in [ 3; 5; 10 ] do
                  let size = PairedT.Detectable(1.0, n)
                  let studies = 10_000

                  let found =
                      Seq.init studies (fun _ -> ofDifferences (gaussians stream n |> Array.map ((+) size)))
                      |> Seq.filter (fun t -> t.PValue < 0.05)
                      |> Seq.length

                  let share = float found / float studies
                  Expect.isLessThan (abs (share - 0.8)) 0.04 $"{n} seeds: {share}"

              Expect.isTrue (Double.IsNaN(PairedT.Detectable(1.0, 1))) "one seed"
              relative (2.0 * PairedT.Detectable(1.0, 5)) (PairedT.Detectable(2.0, 5)) "in its unit") ]
