module GenDisc.Dsl.Tests.Running.Studies.DirectionTests

open Expecto
open GenDisc
open GenDisc.Running.Studies

let tests =
    testList
        "Direction"
        [ test "higher is better" {
              for name in
                  [ "accuracy"
                    "balancedAccuracy"
                    "top2"
                    "top5"
                    "macroF1"
                    "rocAuc"
                    "prAuc"
                    "oodAuroc"
                    "oodAurocEnergy"
                    "elbo"
                    "iwae"
                    "logLikelihood"
                    "pseudoLikelihood"
                    "r2" ] do
                  Expect.equal (Direction.tryOf name) (Some true) name
          }

          test "lower is better" {
              for name in
                  [ "loss"
                    "crossEntropy"
                    "logLoss"
                    "brier"
                    "ece"
                    "eceAfterScaling"
                    "nll"
                    "reconstruction"
                    "reconstructionError"
                    "mse"
                    "rmse"
                    "mae"
                    "mase" ] do
                  Expect.equal (Direction.tryOf name) (Some false) name
          }

          test "neither: what has no good side, and what nobody knows" {
              for name in
                  [ "kl"
                    "temperature"
                    "persistenceRmse"
                    "noiseRmse"
                    "independentLogLikelihood"
                    "xyz"
                    "" ] do
                  Expect.equal (Direction.tryOf name) None name
                  Expect.isFalse (Direction.higherIsBetter name) name
          }

          test "all shares and areas that Wording knows have a direction" {
              for name in Wording.order do
                  if Wording.kind name <> Wording.Kind.Plain then
                      Expect.isSome (Direction.tryOf name) name
          } ]
