module GenDisc.Core.Tests.Evaluation.Boltzmann.BaseRatesTests

open System
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Evaluation.Boltzmann.Machines
open GenDisc.Core.Tests.Evaluation.Drawn
open GenDisc.Core.Tests.Modules.Building

let private rows = [| [| 0.0; 1.0; 0.25 |]; [| 0.0; 1.0; 0.75 |] |]

let private logProbability kind rates split =
    IndependentPixels.LogProbability(rates, kind, split)

let tests =
    testList
        "BaseRates"
        [ testCase "means, variances and Laplace's rule by hand" (fun () ->
              let rates = ratesOf rows
              Expect.equal rates.Mean [| 0.0; 1.0; 0.5 |] "means"
              Expect.equal rates.Variance [| 0.0; 0.0; 0.0625 |] "variances"
              Expect.isTrue (allClose 1e-15 [| 0.25; 0.75; 0.5 |] (rates.Probabilities())) "(2·mean + 1)/4"

              Expect.isTrue
                  (allClose 1e-7 [| -(log 3.0); log 3.0; 0.0 |] (rates.LogOdds() |> Array.map float))
                  "log-odds"

              let ordinary = 0.0625 / 3.0

              Expect.isTrue
                  (allClose
                      1e-15
                      [| ordinary / 3.0; ordinary / 3.0; (0.125 + ordinary) / 3.0 |]
                      (rates.SmoothVariance()))
                  "variances with one example more"

              let many = ratesOf (Array.init 1000 (fun i -> [| float (i % 2); 3.0 |]))
              Expect.floatClose Accuracy.high many.LeastVariance (0.05 * 0.125) "a twentieth of the mean"
              Expect.floatClose Accuracy.high (many.SmoothVariance()[1]) many.LeastVariance "what never changes"
              Expect.isGreaterThan (many.SmoothVariance()[0]) 0.249 "what does"
              Expect.equal (ratesOf [| [| 2.0 |] |]).Variance [| 0.0 |] "one example"
              Expect.equal ((ratesOf [| [| 2.0 |] |]).SmoothVariance()) [| 0.5 |] "where nothing varies")
          testCase "pixels count as shares of 255, and only the split's rows" (fun () ->
              let data =
                  Dataset.OfPixels(
                      "p",
                      [ 1; 1; 2 ],
                      memory [| 0uy; 255uy; 9uy; 9uy; 51uy; 255uy |],
                      memory [| 0; 0; 0 |],
                      [ "a" ]
                  )

              let rates = BaseRates.Of(Split(data, memory [| 2; 0 |]))
              Expect.isTrue (allClose 1e-15 [| 0.1; 1.0 |] rates.Mean) "means"
              Expect.isTrue (allClose 1e-15 [| 0.01; 0.0 |] rates.Variance) "variances")
          testCase "means far from 0 do not cancel" (fun () ->
              let rates = ratesOf [| for i in 0..99 -> [| 65536.0 + float (i % 2) |] |]
              Expect.equal rates.Mean [| 65536.5 |] "mean"
              Expect.equal rates.Variance [| 0.25 |] "variance")
          testCase "data outside [0, 1], of another size or without examples are refused" (fun () ->
              let negative = ratesOf [| [| 0.5; -1.0 |] |]

              userError [ "unit 1"; "-1"; "Gaussian" ] (fun () -> negative.LogOdds())
              |> ignore

              userError [ "2"; "3" ] (fun () -> logProbability VisibleKind.Bernoulli negative (splitOf rows))
              |> ignore

              use rbm = binary 2 1 1.0 (RandomStream(1L, "m"))
              userError [ "3"; "2" ] (fun () -> rbm.StartFrom(ratesOf rows)) |> ignore

              let nothing = Split((splitOf rows).Data, ReadOnlyMemory.Empty)
              userError [ "no example" ] (fun () -> BaseRates.Of nothing) |> ignore)
          torchTest "a machine starts from the log-odds, or means and variances where it learns them" (fun () ->
              let rates = ratesOf rows

              let start kind learns =
                  let rbm = new Rbm(RbmOptions(3, 2, kind, 0, learns), RandomStream(1L, "init"))
                  rbm.StartFrom rates
                  rbm

              let odds = rates.LogOdds() |> Array.map float
              Expect.equal (numbers (start VisibleKind.Bernoulli true).VisibleBias) odds "log-odds"

              let learns, fixedOne =
                  start VisibleKind.Gaussian true, start VisibleKind.Gaussian false

              Expect.equal (numbers learns.VisibleBias) rates.Mean "means"

              let logs =
                  rates.SmoothVariance()
                  |> Array.map (fun s -> log (max (0.5 * s) rates.LeastVariance))

              Expect.isTrue (allClose 1e-6 logs (numbers (Unchecked.nonNull learns.LogVariance))) "variances"
              Expect.equal (numbers (Unchecked.nonNull fixedOne.LogVariance)) [| 0.0; 0.0; 0.0 |] "fixed at 1")
          testCase "independent pixels by hand" (fun () ->
              let rates = ratesOf rows
              let grey = splitOf [| [| 0.0; 0.5; 0.0 |]; [| 1.0; 1.0; 1.0 |] |]
              let half = (log 0.75 + log 0.25) / 2.0

              let expected = [| log 0.75 + half + log 0.5; log 0.25 + log 0.75 + log 0.5 |]

              Expect.isTrue
                  (allClose 1e-12 expected (IndependentPixels.LogProbabilities(rates, VisibleKind.Bernoulli, grey)))
                  "grey is an expectation"

              Expect.floatClose
                  Accuracy.high
                  (logProbability VisibleKind.Bernoulli rates grey)
                  (Array.average expected)
                  "mean"

              let normal = BaseRates(3, [| 1.0 |], [| 4.0 |])

              Expect.floatClose
                  Accuracy.high
                  (logProbability VisibleKind.Gaussian normal (splitOf [| [| 5.0 |] |]))
                  (-2.0 - log (2.0 * sqrt (2.0 * Math.PI)))
                  "two deviations away")
          law "independent pixels are a distribution, and no other rates suit their data better" (fun stream ->
              let visible = between 1 6 stream
              let rates = ratesOf (examples (between 1 9 stream) visible stream)

              let total =
                  IndependentPixels.LogProbabilities(rates, VisibleKind.Bernoulli, splitOf (states visible))
                  |> Array.sumBy exp

              let many = examples 2000 visible stream

              let own, other =
                  ratesOf many,
                  BaseRates(
                      2000,
                      gaussians stream visible |> Array.map (fun g -> 1.0 / (1.0 + exp g)),
                      Array.zeroCreate visible
                  )

              let at rates =
                  logProbability VisibleKind.Bernoulli rates (splitOf many)

              close 1e-12 1.0 total && at own >= at other - 1e-3)
          torchTest "a machine without weights is independent pixels" (fun () ->
              let data = splitOf (examples 50 6 (RandomStream(2L, "bits")))
              let rates = BaseRates.Of data

              for kind, classes in kinds do
                  use rbm = unconnected kind classes 4 rates

                  Expect.floatClose
                      Accuracy.medium
                      (Enumeration.LogProbability(rbm, data))
                      (logProbability kind rates data)
                      $"{kind} {classes}") ]
