#load "../gendisc.fsx"
open GenDisc

// What do features learned without labels buy a classifier that sees 1,000 labels? A denoising autoencoder learns from
// all training images; its frozen encoder goes in front of a linear classifier, and the same classifier on raw pixels
// is the yardstick.
let denoising =
    { Name = "denoising-autoencoder"
      Data = mnist
      Model = model (maskingNoise 0.3 >> dense 512 >> relu >> dense 256 >> relu >> autoencoder 64)
      Loss = reconstruction
      Training = adam 1e-3 |> epochs 15 |> batch 128 |> cosine
      Seed = 1 }

let features =
    { Name = "autoencoder-features"
      Data = mnist |> take 1000
      Model = model (encoder denoising >> batchNorm >> classifier [])
      Loss = crossEntropy
      Training = adam 3e-3 |> epochs 40 |> batch 64 |> cosine
      Seed = 1 }

let pixels =
    { features with
        Name = "raw-pixels"
        Model = model (classifier []) }

let withFeatures, without = run features, run pixels

printfn "1,000 labels: %.1f %% on features, %.1f %% on raw pixels"
    (100.0 * withFeatures.Test.Accuracy)
    (100.0 * without.Test.Accuracy)
