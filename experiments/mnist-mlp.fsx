#load "../gendisc.fsx"
open GenDisc

// How far does a network without any notion of space get? Small random shifts stand in for it.
let mlp =
    { Name = "mnist-mlp"
      Data = mnist |> shifted 1
      Model = model (dense 512 >> relu >> dropout 0.2 >> dense 256 >> relu >> dropout 0.2 >> classifier [])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 15 |> batch 128 |> cosine
      Seed = 1 }

let result = run mlp

printfn "test accuracy %.2f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
