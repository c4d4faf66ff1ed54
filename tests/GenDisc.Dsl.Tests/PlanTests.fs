/// What a plan holds: costs, and the stages that are built from it.
module GenDisc.Dsl.Tests.PlanTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private hybrid = ExperimentTests.hybrid

let tests =
    testList
        "Plan"
        [ test "parameters and FLOPs of the main model" {
              let p = plan hybrid
              let affine a b = int64 (a * b + b)

              Expect.equal
                  p.Parameters
                  (affine 784 400
                   + 2L * affine 400 32
                   + affine 32 400
                   + affine 400 784
                   + affine 32 128
                   + affine 128 10)
                  "parameters"

              Expect.equal
                  p.Flops
                  (2L
                   * int64 (784 * 400 + 2 * 400 * 32 + 32 * 400 + 400 * 784 + 32 * 128 + 128 * 10)
                   + 400L
                   + 400L
                   + 128L)
                  "FLOPs"
          }

          test "parameters of a convolutional classifier" {
              let p =
                  plan
                      { hybrid with
                          Model =
                              model (
                                  conv 32
                                  >> relu
                                  >> pool
                                  >> conv 64
                                  >> batchNorm
                                  >> relu
                                  >> pool
                                  >> dropout 0.25
                                  >> classifier [ 128 ]
                              )
                          Loss = crossEntropy }

              let conv a b = 9 * a * b + b

              Expect.equal
                  p.Parameters
                  (int64 (conv 1 32 + conv 32 64 + 2 * 64 + (64 * 7 * 7 * 128 + 128) + (128 * 10 + 10)))
                  "parameters"

              Expect.equal (List.last p.Rows).In (Image(64, 7, 7)) "what the head receives"
          }

          test "parameters of a Gaussian VAE with norms on vectors" {
              let p =
                  plan
                      { hybrid with
                          Data = moons
                          Model = model (dense 8 >> layerNorm >> tanh >> vae 2)
                          Loss = elbo }

              let affine a b = a * b + b

              Expect.equal
                  p.Parameters
                  (int64 (affine 2 8 + 16 + 2 * affine 8 2 + affine 2 8 + 16 + affine 8 2 + 1))
                  "parameters, the variance included"

              match p.Bottleneck with
              | Some b -> Expect.equal (b.Likelihood, b.Entry, b.EntrySize) (Likelihood.Gaussian, [], 8) "bottleneck"
              | None -> failtest "no bottleneck"
          }

          test "stages of the main model" {
              let kinds =
                  [ for stage in (plan hybrid).Stages do
                        match stage with
                        | Stage.Trunk layers -> "trunk", layers.Length
                        | Stage.Bottleneck b -> "bottleneck", b.Decoder.Length
                        | Stage.M2 m -> "m2", m.Hidden.Length
                        | Stage.Machine m -> "machine", m.Hidden
                        | Stage.Diffusion d -> "diffusion", d.Classes
                        | Stage.EnergyClassifier layers -> "energyClassifier", layers.Length
                        | Stage.Classifier layers -> "classifier", layers.Length
                        | Stage.Regressor layers -> "regressor", layers.Length
                        | Stage.Ensemble members -> "ensemble", members.Length ]

              Expect.equal kinds [ "trunk", 2; "trunk", 1; "bottleneck", 4; "classifier", 3 ] "stages"
          } ]
