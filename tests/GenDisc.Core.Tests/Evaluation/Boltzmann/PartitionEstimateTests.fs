module GenDisc.Core.Tests.Evaluation.Boltzmann.PartitionEstimateTests

open System
open Expecto
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Tests.Modules.Building

let private stream seed = CounterStream(seed, "annealing")

let private estimateOf logWeights isForward =
    PartitionEstimate.Of(2.0, logWeights, [||], 1, isForward, stream 1L)

let tests =
    testList
        "PartitionEstimate"
        [ testCase "log Z and its error bars by hand" (fun () ->
              let weights = [| 1.0; 2.0; 3.0; 2.0 |]
              let estimate = estimateOf (Array.map log weights) true
              let error = sqrt (2.0 / 3.0 / 4.0)
              Expect.floatClose Accuracy.high estimate.LogZ (2.0 + log 2.0) "log Z"
              Expect.floatClose Accuracy.high estimate.StandardError (error / 2.0) "delta"
              Expect.floatClose Accuracy.high estimate.LogZHigh (2.0 + log (2.0 + 3.0 * error)) "high"
              Expect.floatClose Accuracy.high estimate.LogZLow (2.0 + log (2.0 - 3.0 * error)) "low"
              Expect.floatClose Accuracy.high estimate.EffectiveSampleSize (64.0 / 18.0) "sample size"
              // Drawn with divisor n, not n − 1.
              Expect.isTrue (abs (estimate.BootstrapError / (error / 2.0 * sqrt 0.75) - 1.0) < 0.15) "bootstrap"
              let back = estimateOf (Array.map log weights) false
              Expect.floatClose Accuracy.high back.LogZ (2.0 - log 2.0) "backwards"
              Expect.floatClose Accuracy.high back.LogZLow (2.0 - log (2.0 + 3.0 * error)) "backwards, low"
              Expect.floatClose Accuracy.high back.LogZHigh (2.0 - log (2.0 - 3.0 * error)) "backwards, high")
          testCase "a single chain that decides leaves no lower bound" (fun () ->
              let estimate = estimateOf [| 5000.0; -5000.0; 0.0; 10.0 |] true
              Expect.floatClose Accuracy.high estimate.LogZ (5002.0 - log 4.0) "no overflow"
              Expect.equal estimate.LogZLow -infinity "low"
              Expect.isTrue (Double.IsFinite estimate.LogZHigh) "high"
              Expect.floatClose Accuracy.high estimate.EffectiveSampleSize 1.0 "sample size"
              Expect.equal (estimateOf [| 5000.0; -5000.0 |] false).LogZHigh infinity "backwards")
          torchTest "errors of weights that are worlds apart are finite or ∞, and no one relies on them" (fun () ->
              let of' (weights: float array) =
                  PartitionEstimate.Of(0.0, weights, [||], 1, true, stream 1L)

              // A third of the resamples lack the largest weight, beside which the others underflow.
              let apart = of' (Array.append [| 0.0 |] (Array.create 19 -2000.0))
              Expect.isGreaterThan apart.BootstrapError 500.0 "thousands of nats apart"
              Expect.isTrue (Double.IsFinite apart.BootstrapError) "finite"
              Expect.isFalse apart.IsReliable "one chain decides"
              Expect.equal (of' [| 0.0; -infinity; -infinity |]).BootstrapError infinity "nothing to draw"
              let alike = of' (Array.init 50 (fun i -> 0.1 * float (i % 3)))
              Expect.isTrue alike.IsReliable "weights alike"
              Expect.isLessThan alike.BootstrapError 0.05 "a small error"
              // An effective sample of 2 in 40, which bounds nothing.
              Expect.isFalse (of' (Array.init 40 (fun i -> if i < 2 then 0.0 else -50.0))).IsReliable "few chains") ]
