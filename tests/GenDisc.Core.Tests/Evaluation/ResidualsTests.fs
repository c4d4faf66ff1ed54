module GenDisc.Core.Tests.Evaluation.ResidualsTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let tests =
    testList
        "Residuals"
        [ testCase "a histogram by hand, the top in the last bin" (fun () ->
              let h = Residuals.Histogram([| 0.0; 0.5; 1.0; 1.9; 4.0; nan; infinity |], 4)
              Expect.equal h.Edges [| 0.0; 1.0; 2.0; 3.0; 4.0 |] "edges"
              Expect.equal h.Counts [| 2L; 2L; 0L; 1L |] "counts of finite values")
          testCase "equal values and none" (fun () ->
              let same = Residuals.Histogram([| 3.0; 3.0 |], 2)
              Expect.equal same.Edges [| 2.5; 3.0; 3.5 |] "around the value"
              Expect.equal (Array.sum same.Counts) 2L "both"
              let vast = Residuals.Histogram([| 1e30 |], 3)
              Expect.all (Array.pairwise vast.Edges) (fun (a, b) -> a < b) "rising beside vast values"
              Expect.equal (Residuals.Histogram([||], 2).Counts) [| 0L; 0L |] "none")
          law "a histogram counts every value between rising edges" (fun stream ->
              let values = gaussians stream (between 1 60 stream)
              let h = Residuals.Histogram(values, between 1 20 stream)

              Array.sum h.Counts = values.LongLength
              && Array.pairwise h.Edges |> Array.forall (fun (a, b) -> a < b)
              && h.Edges[0] <= Array.min values
              && h.Edges[h.Counts.Length] >= Array.max values)
          testCase "autocorrelation by hand" (fun () ->
              // 1, 2, 3, 4 around 2.5: lag 1 has 0.75 − 0.25 + 0.75 of 5, lag 3 has −2.25.
              let acf = Residuals.Autocorrelation([| 1.0; 2.0; 3.0; 4.0 |], 9)
              Expect.isTrue (allClose 1e-12 [| 1.0; 0.25; -0.3; -0.45 |] acf.Values) $"%A{acf.Values}"
              Expect.equal acf.Band 0.98 "1.96 / 2")
          testCase "white noise stays within the band, a slow series does not" (fun () ->
              let stream = RandomStream(1L, "noise")
              let noise = gaussians stream 2000
              let acf = Residuals.Autocorrelation(noise, 40)

              let out =
                  acf.Values[1..] |> Array.filter (fun r -> abs r > acf.Band) |> Array.length

              Expect.isLessThan out 7 "about 2 of 40"
              let slow = noise |> Array.scan (fun before e -> 0.8 * before + e) 0.0
              Expect.isTrue (abs ((Residuals.Autocorrelation(slow, 1)).Values[1] - 0.8) < 0.05) "0.8"

              let test (e: float array) =
                  Residuals.LjungBox((Residuals.Autocorrelation(e, 10)).Values, e.Length, 10)

              Expect.isGreaterThan (test noise).PValue 0.01 "noise"
              Expect.isLessThan (test slow).PValue 1e-6 "slow")
          testCase "Ljung and Box's statistic by hand" (fun () ->
              let test = Residuals.LjungBox([| 1.0; 0.3; -0.2 |], 10, 2)
              // 10 · 12 · (0.09/9 + 0.04/8), and χ² of two degrees is exponential.
              Expect.isTrue (close 1e-12 1.8 test.Statistic) "Q"
              Expect.isTrue (close 1e-12 (exp -0.9) test.PValue) "p"
              Expect.equal test.Lags 2 "lags"

              Expect.throwsT<ArgumentOutOfRangeException>
                  (fun () -> Residuals.LjungBox([| 1.0; 0.3 |], 10, 2) |> ignore)
                  "lags that are not there")
          testCase "white noise is rejected once in twenty" (fun () ->
              let stream = RandomStream(2L, "noise")

              let rejected =
                  Seq.init 1000 (fun _ ->
                      Residuals.LjungBox((Residuals.Autocorrelation(gaussians stream 200, 10)).Values, 200, 10).PValue)
                  |> Seq.filter (fun p -> p < 0.05)
                  |> Seq.length

              Expect.isTrue (rejected > 25 && rejected < 85) $"{rejected} of 1000")
          testCase "χ² has the tables' quantiles" (fun () ->
              for freedom, x, p in
                  [ 1, 3.841458821, 0.05
                    1, 10.82756617, 0.001
                    3, 0.3518463177, 0.95
                    5, 11.07049769, 0.05
                    10, 18.30703805, 0.05
                    20, 31.41043284, 0.05
                    100, 124.3421134, 0.05 ] do
                  let found = ChiSquare.Survival(x, freedom)
                  Expect.isLessThan (abs (found - p)) 1e-9 $"{freedom}: {found}"

              Expect.equal (ChiSquare.Survival(0.0, 3)) 1.0 "zero"
              Expect.isTrue (Double.IsNaN(ChiSquare.Survival(nan, 3))) "undefined"
              Expect.equal (ChiSquare.Survival(infinity, 3)) 0.0 "certain")
          law "χ² of even degrees is a finite sum" (fun stream ->
              let pairs, x = between 1 60 stream, stream.Uniform(0.01, 150.0)

              let terms =
                  Seq.unfold (fun (i, t) -> Some(t, (i + 1, t * x / 2.0 / float (i + 1)))) (0, 1.0)

              close 1e-11 (exp (-x / 2.0) * Seq.sum (Seq.take pairs terms)) (ChiSquare.Survival(x, 2 * pairs))) ]
