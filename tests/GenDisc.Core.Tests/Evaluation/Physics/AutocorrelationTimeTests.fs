module GenDisc.Core.Tests.Evaluation.Physics.AutocorrelationTimeTests

open System
open Expecto
open GenDisc.Core.Evaluation.Physics
open GenDisc.Core.Runtime

/// x_t = ρ x_{t-1} + noise, of variance 1 and around 3, chain after chain.
let private autoregressive (stream: RandomStream) rho chains draws =
    [| for _ in 1..chains do
           let mutable x = stream.NextGaussian()

           for _ in 1..draws do
               x <- rho * x + sqrt (1.0 - rho * rho) * stream.NextGaussian()
               3.0 + x |]

let private tau (series: float array) =
    AutocorrelationTime.Of(ReadOnlySpan series)

let private mean (series: float array) =
    AutocorrelationTime.Mean(ReadOnlySpan series)

let private variance (series: float array) = Jackknife.Variance(ReadOnlySpan series)

let private tauOf rho = (1.0 + rho) / (1.0 - rho) / 2.0

/// Share of repetitions in which a figure lies within two of its standard errors.
let private covered repetitions (figure: RandomStream -> SeriesMean) expected =
    let stream = RandomStream(5L, "cover")

    List.init repetitions (fun _ ->
        let found = figure stream
        if abs (found.Mean - expected) < 2.0 * found.StandardError then 1.0 else 0.0)
    |> List.average

let tests =
    testList
        "AutocorrelationTime"
        [ test "an autoregressive process has (1 + rho)/(1 - rho)/2" {
              for rho in [ 0.0; 0.5; 0.8; 0.9; 0.95 ] do
                  for chains in [ 1; 4 ] do
                      let series = autoregressive (RandomStream(1L, "ar")) rho chains (200000 / chains)
                      let tau = AutocorrelationTime.Of(series, chains)
                      Expect.floatClose { absolute = 0.0; relative = 0.12 } tau (tauOf rho) $"{rho}, {chains} chains"
                      let mean = AutocorrelationTime.Mean(series, chains)
                      let expected = sqrt (2.0 * tauOf rho / 200000.0)
                      Expect.floatClose { absolute = 0.0; relative = 0.08 } mean.StandardError expected "error"
                      Expect.floatClose Accuracy.high mean.Effective (200000.0 / 2.0 / mean.Tau) "effective"
          }
          test "error bars cover the mean" {
              for rho, chains, draws in [ 0.0, 1, 200; 0.8, 1, 1500; 0.8, 4, 400; 0.9, 40, 50 ] do
                  let share =
                      covered 300 (fun s -> AutocorrelationTime.Mean(autoregressive s rho chains draws, chains)) 3.0

                  Expect.isGreaterThan share 0.9 $"{rho}, {chains} x {draws}"
                  Expect.isLessThan share 0.99 $"nor too wide: {rho}, {chains} x {draws}"
          }
          test "error bars cover a variance" {
              for rho, chains, draws in [ 0.0, 1, 500; 0.8, 1, 4000; 0.8, 4, 1000; 0.8, 40, 100 ] do
                  let share =
                      covered 200 (fun s -> Jackknife.Variance(autoregressive s rho chains draws, chains)) 1.0

                  Expect.isGreaterThan share 0.89 $"{rho}, {chains} x {draws}"
                  Expect.isLessThan share 0.995 $"nor too wide: {rho}, {chains} x {draws}"
          }
          test "errors of a variance are as large as it scatters, with slow series too" {
              let stream = RandomStream(6L, "scatter")

              let found = List.init 300 (fun _ -> variance (autoregressive stream 0.95 1 2000))

              let mean = found |> List.averageBy _.Mean
              let scatter = found |> List.averageBy (fun f -> (f.Mean - mean) ** 2.0)
              let expected = found |> List.averageBy (fun f -> f.StandardError ** 2.0)
              Expect.floatClose { absolute = 0.0; relative = 0.2 } expected scatter "squared errors"
          }
          test "many chains: the error is that of the mean of their means" {
              let means = [| for i in 0..19 -> float (i % 5) |]

              let series =
                  [| for m in means do
                         yield! [ m - 1.0; m + 1.0 ] |]

              let found = AutocorrelationTime.Mean(series, 20)
              Expect.floatClose Accuracy.high found.Mean 2.0 "mean"
              Expect.floatClose Accuracy.high found.StandardError (sqrt (40.0 / 19.0 / 20.0)) "error"
              // Chains that never mix tell no more than one draw each.
              let stuck =
                  [| for m in means do
                         yield! Array.create 50 m |]

              let found = AutocorrelationTime.Mean(stuck, 20)
              Expect.floatClose Accuracy.high found.StandardError (sqrt (40.0 / 19.0 / 20.0)) "stuck"
              Expect.isLessThan found.Effective 21.0 "effective"
          }
          test "the jackknife of a variance is the sample's, of independent draws" {
              let stream = RandomStream(3L, "variance")
              let series = Array.init 60 (fun _ -> stream.NextGaussian())

              let struct (value, error) =
                  Jackknife.Of([| series; Array.map (fun x -> x * x) series |], 1, 60, fun m -> m[1] - m[0] * m[0])

              let mean = Array.average series
              let expected = (series |> Array.sumBy (fun x -> (x - mean) ** 2.0)) / 59.0
              Expect.floatClose Accuracy.medium value expected "n - 1"
              let struct (value, error') = Jackknife.Of([| series |], 1, 60, fun m -> m[0])
              Expect.floatClose Accuracy.high value mean "mean"
              Expect.floatClose Accuracy.high error' (sqrt (expected / 60.0)) "its error"
              Expect.isGreaterThan error 0.0 "error"
          }
          test "series that do not vary, are short or are not finite" {
              let constant = mean (Array.create 100 0.1)
              Expect.equal (constant.Mean, constant.StandardError, constant.Tau) (0.1, 0.0, 0.5) "constant"
              Expect.equal (variance (Array.create 100 0.1)).Mean 0.0 "its variance"
              let constant = AutocorrelationTime.Mean(ReadOnlySpan(Array.create 100 0.1), 20)
              Expect.equal (constant.StandardError, constant.Tau) (0.0, 0.5) "in chains"
              let one = mean [| 4.0 |]
              Expect.equal one.Mean 4.0 "one value"
              Expect.isTrue (Double.IsNaN one.StandardError) "without error"
              Expect.isTrue (Double.IsNaN (variance [| 4.0 |]).StandardError) "nor of the variance"
              Expect.isTrue (Double.IsNaN(tau [| 1.0; nan; 2.0; 3.0 |])) "NaN"
              Expect.isTrue (Double.IsFinite(tau [| 1.0; 2.0 |])) "two"
              let alternating = mean (Array.init 100 (fun i -> float (i % 2)))
              Expect.equal alternating.Tau 0.5 "nothing is made of alternation"

              for chains in [ 0; -1; 3 ] do
                  Expect.throws
                      (fun () -> AutocorrelationTime.Of(ReadOnlySpan [| 1.0; 2.0 |], chains) |> ignore)
                      "chains"

              Expect.throws (fun () -> tau [||] |> ignore) "empty"
          } ]
