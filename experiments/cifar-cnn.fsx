#load "../gendisc.fsx"
open GenDisc

// Colour pictures from a zip of JPEGs (CIFAR-10, recompressed: lossy, so figures are not comparable with the original).
// With the official binary files, write `cifar10` instead of the image folder.
let cifar =
    { Name = "cifar-cnn"
      Data = imageFolder "cifar10-jpeg/cifar10-jpeg.zip" |> cropped 4 |> flipped
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
            >> conv 128
            >> relu
            >> pool
            >> batchNorm
            >> dropout 0.2
            >> classifier [ 128 ]
        )
      Loss = crossEntropy
      Training = adamW 3e-3 |> epochs 12 |> batch 128 |> warmUp 1 |> cosine
      Seed = 1 }

let result = run cifar

printfn "test accuracy %.2f %% in %.0f s of training" (100.0 * result.Test.Accuracy) result.Seconds
