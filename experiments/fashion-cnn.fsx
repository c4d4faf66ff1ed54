#load "../gendisc.fsx"
open GenDisc

// Clothes look alike in the mirror, so mirrored pictures are new examples for nothing.
let fashion =
    { Name = "fashion-cnn"
      Data = fashionMnist |> flipped |> shifted 1
      Model =
        model (
            conv 32
            >> relu
            >> pool
            >> batchNorm
            >> conv 64
            >> relu
            >> batchNorm
            >> conv 64
            >> relu
            >> pool
            >> batchNorm
            >> dropout 0.3
            >> classifier [ 128 ]
        )
      Loss = crossEntropy
      Training = adamW 2e-3 |> epochs 18 |> batch 128 |> warmUp 1 |> cosine
      Seed = 1 }

let result = run fashion

printfn "test accuracy %.2f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
