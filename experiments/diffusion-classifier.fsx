#load "../gendisc.fsx"
open GenDisc

// A conditional diffusion model knows p(x|y) for every y, and Bayes' rule makes a classifier of it (Li et al. 2023; Clark and
// Jaini 2023): which class explains the noise best? It stands beside a convolutional network of as many parameters.
let cnn =
    { Name = "equal-cnn"
      Data = mnist
      Model = model (conv 32 >> relu >> pool >> conv 64 >> relu >> pool >> conv 128 >> relu >> conv 128 >> relu >> globalPool >> classifier [])
      Loss = crossEntropy
      Training = adam 1e-3 |> epochs 8 |> batch 128 |> cosine
      Seed = 1 }

let denoiser =
    { cnn with
        Name = "diffusion-classifier"
        Data = mnist |> qualityBy cnn
        Model = model (diffusion (unet 16 |> conditional |> classifies 1000))
        Loss = denoising
        Training = adam 2e-3 |> epochs 12 |> batch 128 |> cosine |> ema 0.999 }

let result = run denoiser

printfn
    "of 1,000 test images: %.1f %% right, ECE %.1f %%; the network of as many parameters %.1f %%"
    (100.0 * result.Test.Accuracy)
    (100.0 * result.Test["ece"])
    (100.0 * result.Test["judgeAccuracy"])
